import type { Clock } from '../../../common/base/clock.ts';
import { ANONYMOUS } from '../../../common/base/ids.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { LimitUse, MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import { canonicalAddress, isLoopbackAddress, networkOf } from '../../address.ts';
import type { ThrottleSubject } from '../../access/throttled-relay.ts';
import { TokenBuckets } from '../../access/token-buckets.ts';
import { throttleLimits, type Whose } from './throttle-limits.ts';

const SWEEP_MS = 30_000;

export interface ThrottleConfig {
  /** New connections of one address a second; 0 = not limited. Never limited for loopback. */
  readonly handshakesPerSec: number;
  readonly handshakeBurst: number;
  readonly addressRequestsPerSec: number;
  readonly addressBurst: number;
  readonly clientRequestsPerSec: number;
  readonly clientBurst: number;
  readonly clientServiceRequestsPerSec: number;
  readonly clientServiceBurst: number;
  /** Buckets of each kind that are kept at most. */
  readonly maxBuckets: number;
}

export interface ThrottleDeps {
  readonly clock: Clock;
  readonly config: ThrottleConfig;
}

const PASS = Object.freeze({ waitMs: 0, whose: '' });

/** Keeps rates: of new connections by address, of requests by address, client, and client and service. */
export interface Throttle extends Module {
  /** False when no rate of requests is set, so that nobody need ask. */
  readonly limitsRequests: boolean;
  /** @throws {RequestError} THROTTLED_ERR with `retry_after_ms` */
  admitConnection(address: string): void;
  /** Takes a token of each rate that is set, unless one has none. @returns `waitMs` 0 = it may pass */
  check(subject: ThrottleSubject): { readonly waitMs: number; readonly whose: string };
}

export function createThrottle(deps: ThrottleDeps): Throttle {
  return new BucketThrottle(deps);
}

class BucketThrottle implements Throttle {
  readonly name = 'throttle';
  readonly dependsOn: readonly string[] = [];
  readonly limitsRequests: boolean;
  readonly #clock: Clock;
  readonly #buckets: Readonly<Record<Whose, TokenBuckets | undefined>>;
  readonly #refused: Record<Whose, number> = { handshake: 0, address: 0, client: 0, 'client-service': 0 };
  #running: Disposable | undefined;

  constructor({ clock, config }: ThrottleDeps) {
    this.#clock = clock;
    const buckets = (perSec: number, burst: number): TokenBuckets | undefined =>
      perSec === 0 ? undefined : new TokenBuckets({ perSec, burst }, config.maxBuckets || Number.POSITIVE_INFINITY);
    this.#buckets = {
      handshake: buckets(config.handshakesPerSec, config.handshakeBurst),
      address: buckets(config.addressRequestsPerSec, config.addressBurst),
      client: buckets(config.clientRequestsPerSec, config.clientBurst),
      'client-service': buckets(config.clientServiceRequestsPerSec, config.clientServiceBurst),
    };
    const { address, client, 'client-service': clientService } = this.#buckets;
    this.limitsRequests = [address, client, clientService].some((kind) => kind !== undefined);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#running = this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
  }

  health(): ModuleHealth {
    return { state: this.#running === undefined ? 'not-serving' : 'serving' };
  }

  metrics(): readonly MetricSample[] {
    const refused = Object.entries(this.#refused).map(([by, value]): MetricSample => {
      const help = 'Connections and requests refused for being over a rate.';
      return { name: 'refused_total', help, kind: 'counter', value, labels: { by } };
    });
    const kept = Object.entries(this.#buckets).map(([by, buckets]): MetricSample => {
      const help = 'Token buckets that are kept.';
      return { name: 'buckets', help, kind: 'gauge', value: buckets?.size ?? 0, labels: { by } };
    });
    return [...refused, ...kept];
  }

  limits(): readonly LimitUse[] {
    return throttleLimits(this.#buckets, this.#clock.nowMs());
  }

  admitConnection(address: string): void {
    if (isLoopbackAddress(address) || canonicalAddress(address) === undefined) return;
    const waitMs = this.#take('handshake', networkOf(address));
    if (waitMs === 0) return;
    throw new RequestError('THROTTLED_ERR', 'Cannot open a connection now: this address opens too many', {
      extra: { retry_after_ms: waitMs },
    });
  }

  check({ address, client, service }: ThrottleSubject): { readonly waitMs: number; readonly whose: string } {
    const network = address === undefined ? undefined : networkOf(address);
    const byAddress = network === undefined ? 0 : this.#take('address', network);
    if (byAddress > 0) return { waitMs: byAddress, whose: 'this address' };
    // All callers without a credential have one name, but are not one.
    const who = client === ANONYMOUS ? `${client} ${network ?? ''}` : client;
    const byClient = this.#take('client', who);
    if (byClient > 0) return { waitMs: byClient, whose: `client "${client}"` };
    const byService = this.#take('client-service', `${who} ${service}`);
    return byService > 0 ? { waitMs: byService, whose: `client "${client}" at service "${service}"` } : PASS;
  }

  #take(whose: Whose, key: string): number {
    const waitMs = this.#buckets[whose]?.take(key, this.#clock.nowMs()) ?? 0;
    if (waitMs > 0) this.#refused[whose] += 1;
    return waitMs;
  }

  #sweep(): void {
    for (const buckets of Object.values(this.#buckets)) buckets?.sweep(this.#clock.nowMs());
  }
}
