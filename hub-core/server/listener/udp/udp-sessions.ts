import { randomBytes } from 'node:crypto';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { hasToken, sessionNumberOf } from '../../../common/transport/datagram/datagram.ts';
import type { Connection } from '../../access/connection.ts';
import { isLoopbackAddress, networkOf } from '../../address.ts';
import type { DatagramSource } from './challenges.ts';
import type { UdpConfig } from './udp-config.ts';
import type { UdpCounters } from './udp-counters.ts';
import type { UdpSession } from './udp-session.ts';

const TOKEN_BYTES = 8;
/** How soon a client that finds no room may ask again, ms. */
const RETRY_AFTER_MS = 5_000;

/** What a session ends by. */
type Farewell = Pick<Connection, 'goodbye'>;

interface Entry {
  readonly session: UdpSession;
  readonly connection: Farewell;
}

/** The sessions of a hub, by their tokens; bounded in number, of one address too. */
export class UdpSessions {
  readonly #config: UdpConfig;
  readonly #counters: UdpCounters;
  readonly #entries = new Map<number, Entry>();
  readonly #ofNetwork = new Map<string, number>();

  constructor(config: UdpConfig, counters: UdpCounters) {
    this.#config = config;
    this.#counters = counters;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Brings a datagram to its session, if it comes from there.
   *
   * @param socket by which it came in
   */
  receive(datagram: Uint8Array, from: Pick<DatagramSource, 'address' | 'port'>, socket: number): void {
    const session = this.#entries.get(sessionNumberOf(datagram))?.session;
    if (session === undefined || !hasToken(datagram, session.token)) {
      this.#counters.drop('unknown');
    } else if (!isFrom(session.source, from) || session.source.socket !== socket) {
      this.#counters.drop('foreign');
    } else {
      session.receive(datagram);
    }
  }

  /** @throws {RequestError} THROTTLED_ERR when there is no room for another session */
  admit({ address }: Pick<DatagramSource, 'address'>): void {
    const { maxSessions, maxSessionsPerAddress } = this.#config;
    if (maxSessions > 0 && this.#entries.size >= maxSessions) throw full('the hub has as many as it can hold');
    if (maxSessionsPerAddress === 0 || isLoopbackAddress(address)) return;
    if ((this.#ofNetwork.get(networkOf(address)) ?? 0) >= maxSessionsPerAddress) {
      throw full('this address has as many as one may have');
    }
  }

  /** @returns a token that no session has */
  newToken(): Uint8Array {
    for (;;) {
      const token = randomBytes(TOKEN_BYTES);
      const number = sessionNumberOf(token);
      if (number !== 0 && !this.#entries.has(number)) return token;
    }
  }

  add(session: UdpSession, connection: Farewell): void {
    this.#entries.set(sessionNumberOf(session.token), { session, connection });
    this.#count(session, 1);
  }

  /** Forgets what is over and ends what is idle. */
  sweep(nowMs: number): void {
    for (const [number, { session, connection }] of this.#entries) {
      const state = session.sweep(nowMs);
      if (state === 'over') {
        this.#entries.delete(number);
        this.#count(session, -1);
      } else if (state === 'idle') {
        const text = `Cannot keep the session: nothing came for ${String(this.#config.sessionIdleMs)} ms`;
        connection.goodbye(new RequestError('TIMEOUT_ERR', text));
      }
    }
  }

  /** Ends all, telling each client why. */
  end(why: RequestError): void {
    for (const { connection } of this.#entries.values()) connection.goodbye(why);
    for (const { session } of this.#entries.values()) session.terminate();
    this.#entries.clear();
    this.#ofNetwork.clear();
  }

  #count({ source }: UdpSession, change: 1 | -1): void {
    const network = networkOf(source.address);
    const count = (this.#ofNetwork.get(network) ?? 0) + change;
    if (count === 0) this.#ofNetwork.delete(network);
    else this.#ofNetwork.set(network, count);
  }
}

function isFrom(source: DatagramSource, from: Pick<DatagramSource, 'address' | 'port'>): boolean {
  return source.port === from.port && source.address === from.address;
}

function full(state: string): RequestError {
  return new RequestError('THROTTLED_ERR', `Cannot open another udp session: ${state}`, {
    extra: { retry_after_ms: RETRY_AFTER_MS },
  });
}
