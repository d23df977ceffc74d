import type { PasswordCost } from '../../storage/password.ts';

/** How long what a login gives holds. */
export interface AuthLimits {
  /** Life of a token, ms. */
  readonly tokenMs: number;
  /** Life of a session, from login on, however often its tokens are renewed, ms. */
  readonly sessionMs: number;
  /** A key signs tokens this long, ms; then a new one does. */
  readonly signingKeyMs: number;
  /** What a password's hash costs; absent = what is advised today. */
  readonly passwordCost?: PasswordCost;
}

const MINUTE_MS = 60_000;

export const DEFAULT_AUTH_LIMITS: AuthLimits = Object.freeze({
  tokenMs: 15 * MINUTE_MS,
  sessionMs: 12 * 60 * MINUTE_MS,
  signingKeyMs: 30 * 24 * 60 * MINUTE_MS,
});
