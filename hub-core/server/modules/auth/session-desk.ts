import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/base/clock.ts';
import { Emitter } from '../../../common/base/emitter.ts';
import { isClientId, type ClientId } from '../../../common/base/ids.ts';
import { CredentialError } from '../../../common/errors/hub-error.ts';
import { checkPassword, hashPassword, passwordMatches } from '../../storage/password.ts';
import type { SessionStore, StoredSession } from '../../storage/session-store.ts';
import type { AuthLimits } from './auth-limits.ts';
import { HashGate } from './hash-gate.ts';
import { TokenSigner, type TokenClaims, type TokenKind } from './token-signer.ts';

/** What a login or a refresh gives. */
export interface IssuedTokens {
  readonly client: ClientId;
  readonly token: string;
  /** Wall ms. */
  readonly expiresAtMs: number;
  /** For those whose clock shows another time. */
  readonly expiresInSec: number;
  readonly refreshToken: string;
}

/** Something about a login that people should know. Never a secret, nor what was typed as a client's name. */
export interface LoginTrouble {
  readonly kind: 'login-failed' | 'refresh-reused';
  /** Undefined when no client of that name is registered. */
  readonly client: ClientId | undefined;
  /** Of who tried; '' inside the hub. */
  readonly address: string;
}

export interface SessionDeskDeps {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly sessions: SessionStore;
  readonly limits: AuthLimits;
  /** True for a registered client that is not revoked. */
  readonly isKnown: (client: ClientId) => boolean;
}

/** Opens sessions for passwords, renews their tokens, and ends them. */
export class SessionDesk {
  readonly #deps: SessionDeskDeps;
  readonly #signer: TokenSigner;
  readonly #gate = new HashGate();
  readonly #trouble = new Emitter<LoginTrouble>();
  readonly counts = { logins: 0, loginFailures: 0, tokens: 0, refreshes: 0, reuses: 0, logouts: 0 };

  readonly onDidHaveTrouble = this.#trouble.event;

  constructor(deps: SessionDeskDeps) {
    this.#deps = deps;
    this.#signer = new TokenSigner(deps);
  }

  /** @throws {RequestError} BAD_REQUEST_ERR for a password that cannot be one, UNAVAILABLE_ERR when too many are hashed */
  async hash(password: string): Promise<string> {
    checkPassword(password);
    return this.#gate.run(() => hashPassword(password, this.#deps.limits.passwordCost));
  }

  /**
   * Checks a password without opening a session.
   *
   * @returns the client and the hash that the password has now
   * @throws {CredentialError} the same, after the same work, whether client or password is wrong
   */
  async provePassword(
    client: string,
    password: string,
    address = '',
  ): Promise<{ readonly client: ClientId; readonly hash: string }> {
    const { sessions, limits } = this.#deps;
    const hash = sessions.passwordOf(client);
    const matches = await this.#gate.run(() => passwordMatches(password, hash, limits.passwordCost));
    // It may have been changed, or the client revoked, while the work was done.
    if (!matches || hash === undefined || !isClientId(client) || sessions.passwordOf(client) !== hash) {
      this.counts.loginFailures += 1;
      const known = isClientId(client) && this.#deps.isKnown(client) ? client : undefined;
      this.#trouble.emit({ kind: 'login-failed', client: known, address });
      throw new CredentialError('Cannot log in: the client or the password is unknown');
    }
    return { client, hash };
  }

  /** @throws {CredentialError} as {@link provePassword} */
  async login(claimed: string, password: string, address = ''): Promise<IssuedTokens> {
    const { sessions, limits } = this.#deps;
    const { client } = await this.provePassword(claimed, password, address);
    const nowMs = this.#deps.clock.wallMs();
    const session = { id: randomBytes(16).toString('hex'), client, expiresAtMs: Math.trunc(nowMs + limits.sessionMs) };
    sessions.open(session);
    this.counts.logins += 1;
    return this.#issue({ ...session, session: session.id, generation: 0 });
  }

  /**
   * Gives new tokens for a refresh token, which holds for this once: a second use means that two have it, and ends the session.
   *
   * @throws {CredentialError}
   */
  async refresh(token: string, address = ''): Promise<IssuedTokens> {
    const { session, claims } = await this.read('refresh', token);
    const { sessions } = this.#deps;
    if (!sessions.renew(session.id, claims.generation)) {
      sessions.end(session);
      this.counts.reuses += 1;
      this.#trouble.emit({ kind: 'refresh-reused', client: claims.client, address });
      throw new CredentialError('Cannot accept the token: it was used before, so its session was ended; log in again');
    }
    this.counts.refreshes += 1;
    const { expiresAtMs } = session;
    return this.#issue({ ...claims, expiresAtMs, generation: claims.generation + 1 });
  }

  /**
   * Checks a token and that its session goes on.
   *
   * @throws {CredentialError}
   */
  async read(
    kind: TokenKind,
    token: string,
  ): Promise<{ readonly claims: TokenClaims; readonly session: StoredSession }> {
    const claims = await this.#signer.verify(kind, token);
    return { claims, session: this.sessionOf(claims) };
  }

  /** @throws {CredentialError} when the session of a token that was checked does not go on */
  sessionOf({ session: id, client }: TokenClaims): StoredSession {
    const session = this.#deps.sessions.get(id);
    const goesOn = session !== undefined && session.revokedAtMs === null && this.#deps.isKnown(client);
    if (!goesOn) throw new CredentialError('Cannot accept the token: its session has ended; log in again');
    return session;
  }

  /** @returns false when it has ended already */
  logout(session: string): boolean {
    const stored = this.#deps.sessions.get(session);
    const ended = stored !== undefined && this.#deps.sessions.end(stored);
    if (ended) this.counts.logouts += 1;
    return ended;
  }

  async #issue(about: Omit<TokenClaims, 'issuedAtMs'>): Promise<IssuedTokens> {
    const issuedAtMs = this.#deps.clock.wallMs();
    const claims = { ...about, issuedAtMs };
    const expiresAtMs = Math.min(about.expiresAtMs, issuedAtMs + this.#deps.limits.tokenMs);
    const [token, refreshToken] = await Promise.all([
      this.#signer.sign('access', { ...claims, expiresAtMs }),
      this.#signer.sign('refresh', claims),
    ]);
    this.counts.tokens += 1;
    const endsSec = Math.floor(expiresAtMs / 1000);
    const expiresInSec = Math.max(0, Math.floor(endsSec - issuedAtMs / 1000));
    return { client: about.client, token, expiresAtMs: endsSec * 1000, expiresInSec, refreshToken };
  }
}
