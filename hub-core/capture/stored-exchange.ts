/** A row as lists show it; `null` where the answer is still awaited. */
export interface StoredRow {
  readonly seq: number;
  /** Wall time of arrival, ms since 1970. */
  readonly atMs: number;
  readonly method: string;
  readonly service: string;
  readonly uri: string;
  readonly from: string;
  readonly connection: string;
  readonly via: 'socket' | 'http' | 'console';
  readonly provider: string;
  readonly providerClient: string;
  readonly status: number | null;
  /** An ExchangeOutcome, or `lost` when the hub ended before the exchange did. */
  readonly outcome: string | null;
  readonly error: string;
  readonly durationMs: number | null;
  readonly requestBytes: number;
  readonly replyBytes: number;
}

export interface StoredMessage {
  readonly encoding: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly storedBytes: number;
  readonly totalBytes: number;
}

export interface StoredExchange {
  readonly row: StoredRow;
  readonly correlationId: number;
  readonly flags: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly request: StoredMessage;
  /** null while the answer is awaited, and when there was none. */
  readonly reply: StoredMessage | null;
  /** Milliseconds since arrival; null where the exchange did not come that far. */
  readonly timing: {
    readonly checkedMs: number | null;
    readonly sentMs: number | null;
    readonly repliedMs: number | null;
    readonly endedMs: number | null;
  };
}

export interface StoredBodyPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  /** Bytes in the store, of which this is a part. */
  readonly totalBytes: number;
}

export type BodyOf = 'request' | 'reply';

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Both ends included. */
export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}
