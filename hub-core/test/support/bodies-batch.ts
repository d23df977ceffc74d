import { Encoding } from '../../common/protocol/message.ts';
import type { BodySlice, TrafficBatch } from '../../common/traffic/exchange.ts';
import { exchangeEnd, exchangeStart, NO_BODY, trafficBatch } from './traffic.ts';

/** What an exchange asked and was answered; absent: nothing. */
export interface BodyPair {
  readonly request?: string;
  /** What passed, where not all of it is stored. */
  readonly requestTotal?: number;
  readonly reply?: string;
}

/** A batch of whole exchanges from `first` on, with JSON bodies. */
export function bodiesBatch(first: number, pairs: readonly BodyPair[]): TrafficBatch {
  const parts: Uint8Array[] = [];
  let length = 0;
  const slice = (text: string | undefined, total?: number): BodySlice => {
    if (text === undefined) return NO_BODY;
    const part = new TextEncoder().encode(text);
    parts.push(part);
    length += part.byteLength;
    return { offset: length - part.byteLength, stored: part.byteLength, total: total ?? part.byteLength };
  };
  const exchanges = pairs.map(({ request, requestTotal, reply }, place) => ({
    start: exchangeStart(first + place, { encoding: Encoding.Json, body: slice(request, requestTotal) }),
    end: exchangeEnd(first + place, { encoding: Encoding.Json, body: slice(reply) }),
  }));
  return trafficBatch({
    starts: exchanges.map(({ start }) => start),
    ends: exchanges.map(({ end }) => end),
    bytes: new Uint8Array(Buffer.concat(parts)),
  });
}
