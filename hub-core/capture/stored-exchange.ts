import type { RecordedChoice } from '../common/traffic/choices.ts';

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
  /** As in `ExchangeStart`; '' in rows that were written before it was recorded, too. */
  readonly transport: string;
  readonly provider: string;
  readonly providerClient: string;
  readonly status: number | null;
  /** An ExchangeOutcome, `lost` when the hub ended before the exchange did, or `gap`. */
  readonly outcome: string | null;
  readonly error: string;
  readonly durationMs: number | null;
  /** Time it waited for a free channel; null when it came to none. */
  readonly queueMs: number | null;
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** Bits of `TraitBit`. */
  readonly traits: number;
  /** 1 to 6; 0 = none. */
  readonly mark: number;
  readonly comment: string;
  readonly tags: readonly string[];
  /** Of a row that stands for exchanges which were not recorded; null for every other. */
  readonly gap: StoredGap | null;
}

/** `ended`: the process ended without warning, of whose last moments nothing is known; `behind`: the store could not keep up. */
export type GapReason = 'ended' | 'behind';

export interface StoredGap {
  /** Exchanges that were not recorded; null when nobody knows how many. */
  readonly rows: number | null;
  readonly reason: GapReason;
}

/** What a person adds to an exchange; what is absent stays as it is. */
export interface Annotation {
  readonly mark?: number | undefined;
  readonly comment?: string | undefined;
  readonly tags?: readonly string[] | undefined;
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
  /** Empty where there was nothing to choose, and where nobody noted it. */
  readonly choices: readonly RecordedChoice[];
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
