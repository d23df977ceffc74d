import type { RequestError } from '../../common/errors/hub-error.ts';
import type { Credential } from './authenticator.ts';

/** What an address is blocked for when it does it again and again. */
export type Offence = 'credential' | 'frame';

/** Why nothing is taken from an address now. */
export interface Bar {
  /** THROTTLED_ERR, with `retry_after_ms`. */
  readonly error: RequestError;
  /** The hub blocked it by itself: whoever proves to be a client may still ask over HTTP. */
  readonly unlessProven: boolean;
}

/**
 * Who may come in at all, before any credential is looked at (docs/protocol.md, section 4), and what follows from who tried.
 * Addresses may carry a port. The throttle and the block list are behind it.
 */
export interface Gate {
  barOf(address: string): Bar | undefined;
  /** For each new connection. @throws {RequestError} THROTTLED_ERR: blocked, or too many of them */
  admitConnection(address: string): void;
  /** As `admitConnection`, but whoever may still be let in for a credential is. @throws {RequestError} THROTTLED_ERR */
  admitHandshake(address: string): void;
  /** For each client whose credential holds. @throws {RequestError} THROTTLED_ERR when it is blocked */
  admitClient(client: string): void;
  /** Time to wait before this credential is judged, ms; 0 for nearly everyone. */
  judgeDelayMs(address: string, credential: Credential | undefined): number;
  /** @param subject the client that it claimed or proved to be, or else the id in its key */
  noteOffence(address: string, offence: Offence, subject: string | undefined): void;
}
