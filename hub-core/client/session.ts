import { keepAliveClock, type Clock } from '../common/base/clock.ts';
import { ProtocolError, RemoteError } from '../common/errors/hub-error.ts';
import { RefusedError } from './errors.ts';
import type { ConnectOptions } from './options.ts';
import type { Reply } from './reply.ts';

/** A token is renewed when so much of its life is left: it must hold for as long as a handshake takes, at least. */
const RENEW_AT = 0.1;

/** How to reach the hub, and who logs in. The password is not kept. */
export interface LoginOptions extends Pick<
  ConnectOptions,
  'url' | 'dial' | 'subprotocol' | 'agent' | 'connectTimeoutMs' | 'clock'
> {
  readonly client: string;
  readonly password: string;
  /** Ends the login; has no effect once it resolved. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a password opened: tokens, until the session's time is over or {@link Session.logout}.
 *
 * @example
 * await using session = await HubClient.login({ url, client: 'ann', password });
 * await using client = await HubClient.connect({ url, token: session.token });
 */
export interface Session extends AsyncDisposable {
  readonly client: string;
  readonly role: string;
  /**
   * Gives a token that holds, a new one when the last is nearly over: as {@link ConnectOptions.token}, for any number of
   * clients.
   *
   * @throws {RefusedError} when the session is over, by its time or by {@link Session.logout}
   * @throws {ConnectError} when the hub cannot be asked for a new one now
   */
  readonly token: () => Promise<string>;
  /**
   * Ends the session at the hub, and what was connected with its tokens. Idempotent; one that is over already is no error.
   *
   * @throws {ConnectError} when the hub cannot be told: the session goes on
   */
  logout(): Promise<void>;
}

/** A client for as long as it takes to ask something. */
export interface ShortClient extends AsyncDisposable {
  request(init: { readonly uri: string; readonly method: 'POST'; readonly json: unknown }): Promise<Reply>;
}

export type Connect = (options: ConnectOptions) => Promise<ShortClient>;

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
  readonly client: string;
  readonly role: string;
  readonly lifeMs: number;
  /** When it was given, on this side's clocks: the hub's may show another time. */
  readonly issuedNowMs: number;
  readonly issuedWallMs: number;
}

/** @throws {RemoteError} 401 when client or password are wrong, whichever it is @throws {ConnectError} */
export async function openSession(connect: Connect, options: LoginOptions): Promise<Session> {
  const { client, password, signal, url, dial, subprotocol, agent, connectTimeoutMs, clock } = options;
  const reach: ConnectOptions = { url, dial, subprotocol, agent, connectTimeoutMs, clock, reconnect: false };
  const desk = new TokenDesk(connect, reach, clock ?? keepAliveClock);
  const tokens = await desk.issue('/auth/login', { client, password }, signal);
  return new HubSession(desk, tokens);
}

/** Asks a hub for tokens, on a connection of its own each time: between two of them there is nothing to keep open. */
class TokenDesk {
  readonly #connect: Connect;
  readonly #reach: ConnectOptions;
  readonly #clock: Clock;

  constructor(connect: Connect, reach: ConnectOptions, clock: Clock) {
    this.#connect = connect;
    this.#reach = reach;
    this.#clock = clock;
  }

  async issue(uri: '/auth/login' | '/auth/token', json: unknown, signal?: AbortSignal): Promise<Tokens> {
    await using client = await this.#connect({ ...this.#reach, signal });
    const [issuedNowMs, issuedWallMs] = [this.#clock.nowMs(), this.#clock.wallMs()];
    const issued = membersOf((await client.request({ uri, method: 'POST', json })).orThrow());
    return {
      token: textOf(issued, 'token'),
      refreshToken: textOf(issued, 'refresh_token'),
      client: textOf(issued, 'client'),
      role: textOf(issued, 'role'),
      lifeMs: lifeMsOf(issued),
      issuedNowMs,
      issuedWallMs,
    };
  }

  async end(token: string): Promise<void> {
    await using client = await this.#connect({ ...this.#reach, token });
    (await client.request({ uri: '/auth/logout', method: 'POST', json: {} })).orThrow();
  }

  /** A computer that slept shows it on one of its clocks only. */
  isNearlyOver({ lifeMs, issuedNowMs, issuedWallMs }: Tokens): boolean {
    const passedMs = Math.max(this.#clock.nowMs() - issuedNowMs, this.#clock.wallMs() - issuedWallMs);
    return passedMs >= lifeMs * (1 - RENEW_AT);
  }
}

class HubSession implements Session {
  readonly client: string;
  readonly role: string;
  readonly #desk: TokenDesk;
  #tokens: Tokens;
  #renewing: Promise<void> | undefined;
  #ended: Promise<void> | undefined;

  constructor(desk: TokenDesk, tokens: Tokens) {
    this.#desk = desk;
    this.#tokens = tokens;
    this.client = tokens.client;
    this.role = tokens.role;
  }

  readonly token = async (): Promise<string> => {
    // As the hub would say it: a client that asks for a token to come back has no way to come back.
    if (this.#ended !== undefined) throw new RefusedError(401, 'its session was ended by logout()');
    return this.#current();
  };

  logout(): Promise<void> {
    this.#ended ??= this.#logout().catch((error: unknown) => {
      // The hub was not told: the session goes on, and it can be tried again.
      this.#ended = undefined;
      throw error;
    });
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.logout();
  }

  async #logout(): Promise<void> {
    try {
      await this.#desk.end(await this.#current());
    } catch (error) {
      if (!isOver(error)) throw error;
    }
  }

  async #current(): Promise<string> {
    if (this.#desk.isNearlyOver(this.#tokens)) {
      // A refresh token that comes twice ends the session, so whoever asks meanwhile waits for the same answer.
      this.#renewing ??= this.#renew();
      await this.#renewing;
    }
    return this.#tokens.token;
  }

  async #renew(): Promise<void> {
    try {
      const { refreshToken: token } = this.#tokens;
      this.#tokens = await this.#desk.issue('/auth/token', { grant: 'refresh', token });
    } catch (error) {
      if (error instanceof RemoteError && isOver(error)) {
        throw new RefusedError(error.status, error.message, { cause: error });
      }
      throw error;
    } finally {
      this.#renewing = undefined;
    }
  }
}

/** The hub does not know the session any more. */
function isOver(error: unknown): boolean {
  return (
    (error instanceof RemoteError || error instanceof RefusedError) && (error.status === 401 || error.status === 403)
  );
}

function membersOf(reply: Reply): Readonly<Record<string, unknown>> {
  const value = reply.json();
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new ProtocolError('Cannot read the tokens: the answer is no object');
}

function textOf(of: Readonly<Record<string, unknown>>, name: string): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  throw new ProtocolError(`Cannot read the tokens: "${name}" is no string`);
}

function lifeMsOf({ expires_in: seconds }: Readonly<Record<string, unknown>>): number {
  if (typeof seconds === 'number' && seconds >= 0) return seconds * 1000;
  throw new ProtocolError('Cannot read the tokens: "expires_in" is no number of 0 or more');
}
