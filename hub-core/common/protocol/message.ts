/**
 * The words of WProtocol v1 (docs/protocol.md, section 1), independent of any encoding. The numbers are the wire's.
 */

export const Kind = {
  Invalid: 0,
  Hello: 1,
  Welcome: 2,
  Request: 3,
  Response: 4,
  Cancel: 5,
  Data: 6,
  Credit: 7,
  Ping: 8,
  Pong: 9,
  Notice: 10,
  Goodbye: 11,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Method = { Call: 0, Get: 1, Head: 2, Post: 3, Put: 4, Patch: 5, Delete: 6, Options: 7 } as const;
export type Method = (typeof Method)[keyof typeof Method];

export const Encoding = { Bytes: 0, Json: 1, Text: 2, FlatBuffer: 3, MessagePack: 4, Cbor: 5, Other: 6 } as const;
export type Encoding = (typeof Encoding)[keyof typeof Encoding];

/** Bits of `flags`. */
export const Flag = { Stream: 1, End: 2, OneWay: 4, Idempotent: 8 } as const;

/** Ids from here up are chosen by the hub, those below (and ≥ 1) by a client. */
export const HUB_ID_BIT = 0x8000_0000;

export interface Header {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/**
 * A decoded message, whichever encoding it came in. Implementations may decode a field only when it is read, so it is
 * valid only as long as the frame it was read from is not reused.
 */
export interface Message {
  readonly kind: Kind;
  readonly method: Method;
  /** Bits of {@link Flag}. */
  readonly flags: number;
  readonly encoding: Encoding;
  /** 0 where the kind has no status. */
  readonly status: number;
  /** Correlation id, u32. */
  readonly id: number;
  /** 0 = the hub's default. */
  readonly timeoutMs: number;
  readonly uri: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly headers: readonly Header[];
  /** A view, not a copy; empty when the message has none. */
  readonly payload: Uint8Array;
  readonly credit: number;
  /** The FlatBuffer this message was read from, when there is one: what a relay patches and passes on. */
  readonly frame: Uint8Array | undefined;
}

/** What a builder takes: everything absent has the wire's default. */
export interface MessageInit {
  readonly kind: Kind;
  readonly method?: Method | undefined;
  readonly flags?: number | undefined;
  readonly encoding?: Encoding | undefined;
  readonly status?: number | undefined;
  readonly id?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly uri?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly headers?: readonly Header[] | undefined;
  readonly payload?: Uint8Array | undefined;
  readonly credit?: number | undefined;
}

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);
export const NO_HEADERS: readonly Header[] = Object.freeze([]);
