import { keepAliveClock, type Clock } from '../common/base/clock.ts';
import { isClientId } from '../common/base/ids.ts';
import { systemRandom, type Random } from '../common/base/random.ts';
import type { Codec, FrameType } from '../common/protocol/codec.ts';
import type { Transport } from '../common/transport/transport.ts';
import { ALL_ABILITIES, carrierOf, type CarrierAbilities, type Carriers } from './carrier.ts';
import type { ClientState } from './state.ts';
import type { TlsOptions } from './tls-options.ts';

/** What a dial is given. */
export interface DialTarget {
  readonly url: string;
  readonly subprotocol: Codec['subprotocol'];
  readonly frameType: FrameType;
  readonly clock: Clock;
  readonly tls: TlsOptions | undefined;
  readonly random: Random;
  /** Aborts the attempt. */
  readonly signal: AbortSignal;
}

/**
 * Opens one link to a hub.
 *
 * @throws {ConnectError} when there is none to be had
 */
export type Dial = (target: DialTarget) => Promise<Transport>;

/** A token, or what brings one. */
export type TokenSource = string | (() => string | Promise<string>);

export interface ReconnectOptions {
  /** Longest wait before the first new attempt, ms; it doubles with each further one. Default 250. */
  readonly baseDelayMs?: number | undefined;
  /** Longest wait between attempts, ms. Default 10,000. */
  readonly maxDelayMs?: number | undefined;
}

export interface ConnectOptions {
  /**
   * `ws://host:port`, for example: the scheme decides the transport. In Node also `tcp:` and `tls:`; over `http:` and `https:`
   * there are requests only.
   */
  readonly url: string;
  /** Client id. Absent: named by the key, or anonymous without one. */
  readonly client?: string | undefined;
  /** Its key, `whub_…`. */
  readonly key?: string | undefined;
  /**
   * A token from `POST /auth/login`, instead of a key; a function is asked for one before each attempt to connect, so that it
   * can refresh it.
   */
  readonly token?: TokenSource | undefined;
  /** Connections held open, 1 to 64; requests go over them in turn, services are offered on each. Default 1. */
  readonly connections?: number | undefined;
  /** Shown in the hub's console, `name/version`. Default `whub-client`. */
  readonly agent?: string | undefined;
  /** `whub.v1.fbs` (default) is quicker, `whub.v1.json` can be read in a browser's network panel. */
  readonly subprotocol?: Codec['subprotocol'] | undefined;
  /** Whom to trust over `wss:` and `tls:`, and the client's own certificate. */
  readonly tls?: TlsOptions | undefined;
  /** `false`: a lost connection is not made again. */
  readonly reconnect?: ReconnectOptions | false | undefined;
  /** `true`: `connect` keeps trying while the hub is not there, instead of failing. Default false. */
  readonly waitForHub?: boolean | undefined;
  /** Time for one attempt, from dialling to Welcome, ms. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Budget of a request that names none, ms. Default 30,000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Ends `connect`; has no effect once it resolved. */
  readonly signal?: AbortSignal | undefined;
  readonly onStateChange?: ((state: ClientState) => void) | undefined;
  /** Opens the links instead of the scheme's transport. */
  readonly dial?: Dial | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link ConnectOptions} checked, with every default in place. */
export interface ClientConfig {
  readonly url: string;
  readonly client: string | undefined;
  readonly key: string | undefined;
  readonly token: TokenSource | undefined;
  readonly connections: number;
  readonly agent: string;
  readonly subprotocol: Codec['subprotocol'];
  readonly tls: TlsOptions | undefined;
  readonly reconnect: { readonly baseDelayMs: number; readonly maxDelayMs: number } | undefined;
  readonly waitForHub: boolean;
  readonly connectTimeoutMs: number;
  readonly defaultTimeoutMs: number;
  readonly dial: Dial;
  readonly abilities: CarrierAbilities;
  readonly clock: Clock;
  readonly random: Random;
}

const DEFAULT_SUBPROTOCOL = 'whub.v1.fbs';

function positive(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`Cannot use ${name} "${String(value)}": it is a number of milliseconds above 0`);
}

function resolveReconnect(reconnect: ReconnectOptions | false | undefined): ClientConfig['reconnect'] {
  if (reconnect === false) return undefined;
  return {
    baseDelayMs: positive('reconnect.baseDelayMs', reconnect?.baseDelayMs, 250),
    maxDelayMs: positive('reconnect.maxDelayMs', reconnect?.maxDelayMs, 10_000),
  };
}

function checkConnections(connections: number): number {
  if (Number.isInteger(connections) && connections >= 1 && connections <= 64) return connections;
  throw new RangeError(`Cannot hold "${String(connections)}" connections: choose 1 to 64`);
}

function checkClient(client: string | undefined): string | undefined {
  if (client === undefined || isClientId(client)) return client;
  throw new TypeError(
    `Cannot connect as "${client}": a client id is 1 to 64 letters, digits, dots, dashes or underscores`,
  );
}

function checkToken({ key, token }: ConnectOptions): TokenSource | undefined {
  if (key === undefined || token === undefined) return token;
  throw new TypeError('Cannot connect with a key and a token: give one of them');
}

function resolveCarrier(
  { url, dial, subprotocol = DEFAULT_SUBPROTOCOL }: ConnectOptions,
  carriers: Carriers,
): Pick<ClientConfig, 'url' | 'dial' | 'abilities' | 'subprotocol'> {
  // Another way to dial may have other addresses.
  if (dial !== undefined) return { url, dial, abilities: ALL_ABILITIES, subprotocol };
  const { href, carrier } = carrierOf(url, carriers);
  if (carrier.subprotocols?.includes(subprotocol) === false) {
    throw new TypeError(`Cannot speak ${subprotocol} over "${url}": it carries ${carrier.subprotocols.join(', ')}`);
  }
  return { url: href, dial: carrier.dial, abilities: carrier.abilities, subprotocol };
}

/** @throws {TypeError | RangeError} when an option cannot be used */
export function resolveOptions(options: ConnectOptions, carriers: Carriers): ClientConfig {
  const { agent = 'whub-client', waitForHub = false, connections = 1, tls } = options;
  const { clock = keepAliveClock, random = systemRandom } = options;
  const { url, dial, abilities, subprotocol } = resolveCarrier(options, carriers);
  return {
    url,
    client: checkClient(options.client),
    key: options.key,
    token: checkToken(options),
    connections: checkConnections(connections),
    agent,
    subprotocol,
    tls,
    reconnect: resolveReconnect(options.reconnect),
    waitForHub,
    connectTimeoutMs: positive('connectTimeoutMs', options.connectTimeoutMs, 10_000),
    defaultTimeoutMs: positive('defaultTimeoutMs', options.defaultTimeoutMs, 30_000),
    dial,
    abilities,
    clock,
    random,
  };
}
