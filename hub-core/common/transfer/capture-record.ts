import type { RecordedChoice } from '../traffic/choices.ts';

/**
 * One exchange as it leaves a traffic store and comes into one: a line of JSON. Bodies are text where they are UTF-8, base64
 * where not, so that every byte comes back.
 */

/** Version of what {@link CaptureRecord} has. A later one only adds. */
export const RECORD_VERSION = 1;

/** The first line of a `.whub` file, which is such lines, compressed with gzip. */
export interface CaptureFileHeader {
  readonly whub: 'capture';
  readonly version: number;
  /** Wall time, ISO 8601. */
  readonly exported: string;
  /** The filter that it was exported with. */
  readonly filter: string;
  /** Whether secrets were replaced. */
  readonly masked: boolean;
}

export interface RecordedMessage {
  readonly encoding: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes that passed. */
  readonly bytes: number;
  /** Bytes that are here; fewer when the body was not stored whole. */
  readonly stored: number;
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

export interface CaptureRecord {
  readonly seq: number;
  /** Wall time of arrival, ISO 8601 with milliseconds; `atMs` has its fraction. */
  readonly at: string;
  readonly atMs: number;
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly connection: string;
  readonly via: 'socket' | 'http' | 'console';
  readonly transport: string;
  readonly provider: string;
  readonly providerClient: string;
  readonly status: number | null;
  readonly outcome: string | null;
  readonly error: string;
  readonly attempts: number;
  readonly correlationId: number;
  readonly flags: number;
  readonly timeoutMs: number;
  readonly traits: readonly string[];
  readonly mark: number;
  readonly comment: string;
  readonly tags: readonly string[];
  readonly request: RecordedMessage;
  readonly reply: RecordedMessage | null;
  /** Milliseconds since arrival; null where it did not come that far. */
  readonly timing: {
    readonly checkedMs: number | null;
    readonly sentMs: number | null;
    readonly repliedMs: number | null;
    readonly endedMs: number | null;
  };
  /** How it came to its providers, the first attempt first; absent where there was nothing to choose, and where nobody noted it. */
  readonly choices?: readonly RecordedChoice[] | undefined;
}

/** True for the first line of a `.whub` file. */
export function isCaptureFileHeader(value: unknown): value is CaptureFileHeader {
  return (
    typeof value === 'object' && value !== null && 'whub' in value && value.whub === 'capture' && 'version' in value
  );
}
