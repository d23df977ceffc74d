import { follow, i32, u16, u32, type VerifiedFrame } from './binary-layout.ts';
import {
  EMPTY_BYTES,
  NO_HEADERS,
  type Encoding,
  type Header,
  type Kind,
  type Message,
  type Method,
} from './message.ts';
import { decodeUtf8 } from './utf8.ts';

/** A verified FlatBuffer as a message. Texts and headers are decoded when they are first read. */
export class BinaryMessage implements Message {
  readonly verified: VerifiedFrame;
  #uri: string | undefined;
  #headers: readonly Header[] | undefined;

  constructor(verified: VerifiedFrame) {
    this.verified = verified;
  }

  get kind(): Kind {
    return this.verified.kind;
  }

  get method(): Method {
    return this.verified.method;
  }

  get flags(): number {
    return this.verified.flags;
  }

  get encoding(): Encoding {
    return this.verified.encoding;
  }

  get status(): number {
    return this.verified.status;
  }

  get id(): number {
    return this.verified.id;
  }

  get timeoutMs(): number {
    return this.verified.timeoutMs;
  }

  get credit(): number {
    return this.verified.credit;
  }

  /** Absent when the frame must not be passed on as it is. */
  get frame(): Uint8Array | undefined {
    return this.verified.isRelayable ? this.verified.frame : undefined;
  }

  get uri(): string | undefined {
    return (this.#uri ??= this.#text(this.verified.uriAt));
  }

  get from(): string | undefined {
    return this.#text(this.verified.fromAt);
  }

  get to(): string | undefined {
    return this.#text(this.verified.toAt);
  }

  get headers(): readonly Header[] {
    return (this.#headers ??= this.#readHeaders());
  }

  get payload(): Uint8Array {
    const { frame, payloadAt } = this.verified;
    if (payloadAt === 0) return EMPTY_BYTES;
    return frame.subarray(payloadAt + 4, payloadAt + 4 + u32(frame, payloadAt));
  }

  #text(at: number): string | undefined {
    return at === 0 ? undefined : readText(this.verified.frame, at);
  }

  #readHeaders(): readonly Header[] {
    const { frame, headersAt } = this.verified;
    if (headersAt === 0) return NO_HEADERS;
    return Array.from({ length: u32(frame, headersAt) }, (_, index) => {
      const table = follow(frame, headersAt + 4 + 4 * index);
      return { name: readHeaderText(frame, table, 0), value: readHeaderText(frame, table, 1) };
    });
  }
}

/** The string whose length lies at `at`. */
function readText(frame: Uint8Array, at: number): string {
  return decodeUtf8(frame, at + 4, at + 4 + u32(frame, at));
}

function readHeaderText(frame: Uint8Array, table: number, field: number): string {
  const slot = table - i32(frame, table) + 4 + 2 * field;
  return readText(frame, follow(frame, table + u16(frame, slot)));
}
