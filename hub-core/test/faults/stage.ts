import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../common/base/random.ts';
import { addClient } from '../../host/registry-admin.ts';
import { NetworkNamespace } from '../support/network-namespace.ts';
import { unlessAborted } from '../support/unless-aborted.ts';
import { Callers } from './callers.ts';
import { FarSide } from './far-side.ts';
import { HubProcess } from './hub-process.ts';
import type { CallerJob, CallerOrder, OddWay } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { Provider, type Hire } from './provider-crew.ts';
import type { Scale } from './scale.ts';

/** A machine that has a lot to do may need so long to start twenty processes. */
const READY_WITHIN_MS = 60_000;
const GOOD_PROVIDERS = 6;
const ODD: readonly OddWay[] = ['twice', 'unknown ids', 'never', 'garbage'];
/** Providers of `work` on this side. */
const NEAR_PROVIDERS_OF_WORK = GOOD_PROVIDERS + 2;

/** The hub, ten providers and the callers of one run, each side in processes of its own; some behind a network of their own. */
export class Stage implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly hub: HubProcess;
  readonly random: Random;
  readonly scale: Scale;
  /** Nothing is waited for once it is aborted. */
  readonly signal: AbortSignal;
  /** Of `work`, honest and with the SDK, on this side. */
  readonly providers: readonly Provider[];
  /** Of a client that may call everything, for requests made by the faults themselves. */
  readonly key: string;
  /** Of a client that may call nothing. */
  readonly strangerKey: string;
  /** Or why there is none. */
  readonly far: FarSide | string;
  /** Connections when all are there. */
  readonly connections: number;
  /** Providers of `work` when all are there. */
  readonly providersOfWork: number;
  readonly #callers: Callers;
  readonly #owned: AsyncDisposableStack;

  private constructor(parts: StageParts) {
    ({ ledger: this.ledger, hub: this.hub, random: this.random, scale: this.scale, signal: this.signal } = parts);
    ({ providers: this.providers } = parts);
    ({ key: this.key, strangerKey: this.strangerKey, far: this.far } = parts);
    const { scale, far, callers, owned } = parts;
    const hasFar = typeof far !== 'string';
    this.connections = scale.callers + GOOD_PROVIDERS + ODD.length + (hasFar ? far.connections : 0);
    this.providersOfWork = NEAR_PROVIDERS_OF_WORK + (hasFar ? 1 : 0);
    this.#callers = callers;
    this.#owned = owned;
  }

  /** @throws {Error} when not all are connected within a minute, or when `signal` is aborted before */
  static async set({ random, scale, signal, log }: StageOptions): Promise<Stage> {
    const ready = AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN_MS)]);
    await using stack = new AsyncDisposableStack();
    const dataDir = mkdtempSync(join(tmpdir(), 'whub-faults-'));
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const namespace = NetworkNamespace.create();
    if (typeof namespace !== 'string') stack.use(namespace);
    const seed = (): number => Math.floor(random() * 2 ** 31);
    const client: AddClient = (name, grants) =>
      addClient(dataDir, { client: name, mayCall: [], mayProvide: [], ...grants }).key;
    const caller = (index: number): string => client(`caller-${String(index)}`, { mayCall: ['*'] });
    const key = client('stage', { mayCall: ['*'] });
    const strangerKey = client('stranger', {});
    const hub = stack.use(new HubProcess({ dataDir, key, ...(typeof namespace !== 'string' && { host: '0.0.0.0' }) }));
    await hub.start();
    const ledger = new Ledger();
    const hire = (name: string): Hire => ({ url: hub.url(), key: client(name, { mayProvide: ['*'] }), ledger });
    const providers = Array.from({ length: GOOD_PROVIDERS }, (_, i) =>
      stack.use(new Provider(hire(`provider-${String(i)}`))),
    );
    const odd = ODD.map((way) => stack.use(new Provider(hire(way.replace(' ', '-')), { way, seed: seed() })));
    const keys = Array.from({ length: scale.callers }, (_, index) => caller(index));
    const { requestsPerSecond, patienceMs: timeoutMs } = scale;
    const job: CallerJob = {
      url: hub.url(),
      keys,
      firstClient: 0,
      firstN: 0,
      seed: seed(),
      requestsPerSecond,
      timeoutMs,
    };
    await unlessAborted(ready, Promise.all([...providers, ...odd].map((provider) => provider.ready)));
    const callers = stack.use(new Callers('near', job, { ledger }));
    await unlessAborted(ready, callers.connected);
    const far =
      typeof namespace !== 'string'
        ? stack.use(await FarSide.set({ namespace, hire: hire('far-provider'), hub, job, key: caller, signal: ready }))
        : namespace;
    const who = `${String(providers.length + odd.length)} providers, ${String(keys.length)} callers`;
    log(
      `hub at ${hub.url()}, ${who}; behind a network: ${typeof far === 'string' ? `nobody (${far})` : String(far.connections)}`,
    );
    const owned = stack.move();
    return new Stage({ ledger, hub, random, scale, signal, providers, key, strangerKey, far, callers, owned });
  }

  order(order: CallerOrder): void {
    this.#callers.order(order);
    // Those behind the network have a fault of their own.
    if (typeof this.far !== 'string' && order.order !== 'cut') this.far.callers.order(order);
  }

  /** Waits until `holds`, looking a few times a second. @throws {Error} when patience ends */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const withinMs = this.scale.patienceMs;
    const endMs = Date.now() + withinMs;
    for (;;) {
      this.signal.throwIfAborted();
      if (await holds()) return;
      if (Date.now() > endMs)
        throw new Error(`Not within ${String(withinMs)} ms: ${what}; the hub says: ${this.hub.log}`);
      await pause(50);
    }
  }

  /** Providers of `work` that the hub has now; 0 while it is away. */
  async registered(): Promise<number> {
    try {
      const { body } = await this.hub.get('/services/work/providers');
      return Array.isArray(body) ? body.length : 0;
    } catch {
      return 0;
    }
  }

  /** Waits until every provider and caller is connected, and each provider known. */
  async complete(): Promise<void> {
    await this.until(
      'all providers of "work" are back',
      async () => (await this.registered()) === this.providersOfWork,
    );
    await this.until('all callers and providers are back', async () => {
      return (await this.hub.figures()).connections >= this.connections;
    });
  }

  /** No load, nothing under way, nothing that waits: the state in which memory is compared. */
  async settle(): Promise<void> {
    this.order({ order: 'pause' });
    await pause(200);
    await this.until('every request answered', () => this.ledger.open === 0);
    await this.until('nothing in flight or queued at the hub', async () => {
      const { in_flight, queued } = await this.hub.figures();
      // The status request itself is in flight while it is answered.
      return in_flight <= 1 && queued === 0;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

interface StageParts extends Pick<
  Stage,
  'ledger' | 'hub' | 'random' | 'scale' | 'signal' | 'providers' | 'key' | 'strangerKey' | 'far'
> {
  readonly callers: Callers;
  readonly owned: AsyncDisposableStack;
}

export interface StageOptions {
  readonly random: Random;
  readonly scale: Scale;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

type AddClient = (
  name: string,
  grants: { readonly mayCall?: readonly string[]; readonly mayProvide?: readonly string[] },
) => string;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
