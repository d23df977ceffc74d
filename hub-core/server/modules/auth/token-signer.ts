import { randomBytes, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../../common/base/clock.ts';
import { isClientId, type ClientId } from '../../../common/base/ids.ts';
import { CredentialError } from '../../../common/errors/hub-error.ts';
import type { SessionStore, SigningKey } from '../../storage/session-store.ts';
import type { AuthLimits } from './auth-limits.ts';

/** `access` is a credential like a key; `refresh` only brings new tokens. */
export type TokenKind = 'access' | 'refresh';

/** What a token says. Times are wall ms. */
export interface TokenClaims {
  readonly client: ClientId;
  readonly session: string;
  /** Of the session, when the token was made. */
  readonly generation: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface TokenSignerDeps {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly sessions: SessionStore;
  readonly limits: AuthLimits;
}

const ALGORITHM = 'HS256';
const ISSUER = 'whub';
/** In the header, so that neither kind passes for the other. */
const TYPES: Readonly<Record<TokenKind, string>> = { access: 'whub-access+jwt', refresh: 'whub-refresh+jwt' };
const SECRET_BYTES = 32;

const claimsSchema = z.object({
  sub: z.string().refine(isClientId),
  sid: z.string(),
  gen: z.int().nonnegative(),
  iat: z.int(),
  exp: z.int(),
});

/**
 * Signs and checks tokens: JWTs with a secret of this data folder, replaced from time to time. One that is replaced still
 * checks what it signed, until all of that is past its time.
 */
export class TokenSigner {
  readonly #deps: TokenSignerDeps;
  readonly #keys = new Map<string, SigningKey>();

  constructor(deps: TokenSignerDeps) {
    this.#deps = deps;
    for (const key of deps.sessions.signingKeys()) this.#keys.set(key.id, key);
  }

  async sign(kind: TokenKind, claims: TokenClaims): Promise<string> {
    const { id, secret } = this.#current();
    return new SignJWT({ sid: claims.session, gen: claims.generation })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPES[kind], kid: id })
      .setIssuer(ISSUER)
      .setSubject(claims.client)
      .setJti(randomUUID())
      .setIssuedAt(Math.floor(claims.issuedAtMs / 1000))
      .setExpirationTime(Math.floor(claims.expiresAtMs / 1000))
      .sign(secret);
  }

  /** @throws {CredentialError} when it is not one of this hub's, of that kind, or past its time; the text does not repeat it */
  async verify(kind: TokenKind, token: string): Promise<TokenClaims> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#secretOf(header), {
        algorithms: [ALGORITHM],
        typ: TYPES[kind],
        issuer: ISSUER,
        currentDate: new Date(this.#deps.clock.wallMs()),
      });
      const { sub: client, sid: session, gen: generation, iat, exp } = claimsSchema.parse(payload);
      return { client, session, generation, issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw new CredentialError('Cannot accept the token: it expired');
      throw new CredentialError('Cannot accept the token: it is unknown');
    }
  }

  #secretOf({ kid }: JWTHeaderParameters): Uint8Array {
    const key = this.#keys.get(kid ?? '');
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key.secret;
  }

  #current(): SigningKey {
    const nowMs = Math.trunc(this.#deps.clock.wallMs());
    const newest = [...this.#keys.values()].at(-1);
    const { signingKeyMs } = this.#deps.limits;
    // A clock that was set back must not make a key last longer than it would have.
    const isFresh = newest !== undefined && Math.abs(nowMs - newest.createdAtMs) < signingKeyMs;
    return isFresh ? newest : this.#replace(nowMs);
  }

  #replace(nowMs: number): SigningKey {
    const { sessions, limits } = this.#deps;
    const old = limits.signingKeyMs + limits.sessionMs;
    for (const { id, createdAtMs } of this.#keys.values()) {
      if (nowMs - createdAtMs < old) continue;
      this.#keys.delete(id);
      sessions.deleteSigningKey(id);
    }
    const key = { id: randomBytes(8).toString('hex'), secret: randomBytes(SECRET_BYTES), createdAtMs: nowMs };
    sessions.addSigningKey(key);
    this.#keys.set(key.id, key);
    return key;
  }
}
