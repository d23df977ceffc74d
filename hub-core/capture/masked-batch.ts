import type { BodySlice, ExchangeEnd, ExchangeStart, TrafficBatch } from '../common/traffic/exchange.ts';
import type { HeaderPair } from '../common/traffic/header-pair.ts';
import type { SecretMask } from './secret-mask.ts';

/** A batch without its secrets, and the exchanges that had some. */
export interface MaskedBatch {
  readonly batch: TrafficBatch;
  readonly masked: ReadonlySet<number>;
}

/** Bodies that a mask changed lie behind those of the batch. */
class Masking {
  readonly masked = new Set<number>();
  readonly #mask: SecretMask;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #changed: Uint8Array<ArrayBuffer>[] = [];
  #length: number;

  constructor(mask: SecretMask, bytes: Uint8Array<ArrayBuffer>) {
    this.#mask = mask;
    this.#bytes = bytes;
    this.#length = bytes.byteLength;
  }

  start(start: ExchangeStart): ExchangeStart {
    const uri = this.#mask.uri(start.uri);
    const headers = this.#mask.headers(start.headers);
    const body = this.#body(start.encoding, start.body, start.headers);
    if (uri === start.uri && headers === start.headers && body === start.body) return start;
    this.masked.add(start.seq);
    return { ...start, uri, headers, body };
  }

  /** @param encoding of the request, whose body may come with the end */
  end(end: ExchangeEnd, encoding: number): ExchangeEnd {
    const headers = this.#mask.headers(end.headers);
    const body = this.#body(end.encoding, end.body, end.headers);
    const requestBody = end.requestBody === undefined ? undefined : this.#body(encoding, end.requestBody);
    if (headers === end.headers && body === end.body && requestBody === end.requestBody) return end;
    this.masked.add(end.seq);
    return { ...end, headers, body, requestBody };
  }

  bytes(): Uint8Array<ArrayBuffer> {
    if (this.#changed.length === 0) return this.#bytes;
    const whole = new Uint8Array(this.#length);
    whole.set(this.#bytes);
    let at = this.#bytes.byteLength;
    for (const part of this.#changed) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  #body(encoding: number, slice: BodySlice, headers: readonly HeaderPair[] = []): BodySlice {
    if (slice.stored === 0) return slice;
    const body = this.#bytes.subarray(slice.offset, slice.offset + slice.stored);
    const masked = this.#mask.body(encoding, body, headers);
    if (masked === body) return slice;
    const offset = this.#length;
    this.#changed.push(masked);
    this.#length += masked.byteLength;
    // A body that was stored whole is not cut off now, however much shorter its mask made it.
    const total = slice.stored === slice.total ? masked.byteLength : slice.total;
    return { offset, stored: masked.byteLength, total };
  }
}

/**
 * @param encodingOf of the request of an exchange whose start came in an earlier batch
 * @returns the very same batch when there is no secret in it
 */
export function maskedBatch(batch: TrafficBatch, mask: SecretMask, encodingOf: (seq: number) => number): MaskedBatch {
  const masking = new Masking(mask, batch.bytes);
  const encodings = new Map(batch.starts.map(({ seq, encoding }) => [seq, encoding]));
  const starts = batch.starts.map((start) => masking.start(start));
  const ends = batch.ends.map((end) => {
    const encoding = end.requestBody === undefined ? 0 : (encodings.get(end.seq) ?? encodingOf(end.seq));
    return masking.end(end, encoding);
  });
  const { masked } = masking;
  return { masked, batch: masked.size === 0 ? batch : { ...batch, starts, ends, bytes: masking.bytes() } };
}
