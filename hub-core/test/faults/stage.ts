import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../common/base/random.ts';
import { addClient } from '../../host/registry-admin.ts';
import { HubProcess } from './hub-process.ts';
import type { CallerNews, CallerOrder, OddWay } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { Program } from './program.ts';
import { Provider } from './provider-crew.ts';

const CALLERS = 50;
const GOOD_PROVIDERS = 6;
const ODD: readonly OddWay[] = ['twice', 'unknown ids', 'never', 'garbage'];
/** Above the 2,000 that is asked for, since a run also has moments without a hub. */
const REQUESTS_PER_SECOND = 2_300;

/** The hub, ten providers and fifty callers of one run, each side in processes of its own. */
export class Stage implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly hub: HubProcess;
  readonly random: Random;
  /** Of `work`, honest and with the SDK. */
  readonly providers: readonly Provider[];
  /** Of a client that may call everything, for requests made by the faults themselves. */
  readonly key: string;
  /** Of a client that may call nothing. */
  readonly strangerKey: string;
  readonly #callers: Program;
  readonly #owned: AsyncDisposableStack;

  private constructor(parts: Omit<StageParts, 'callers' | 'owned'>, callers: Program, owned: AsyncDisposableStack) {
    ({
      ledger: this.ledger,
      hub: this.hub,
      random: this.random,
      providers: this.providers,
      key: this.key,
      strangerKey: this.strangerKey,
    } = parts);
    this.#callers = callers;
    this.#owned = owned;
  }

  static async set(random: Random, log: (line: string) => void): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const dataDir = mkdtempSync(join(tmpdir(), 'whub-faults-'));
    stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const seed = (): number => Math.floor(random() * 2 ** 31);
    const client = (name: string, grants: { mayCall?: readonly string[]; mayProvide?: readonly string[] }): string =>
      addClient(dataDir, { client: name, mayCall: [], mayProvide: [], ...grants }).key;
    const key = client('stage', { mayCall: ['*'] });
    const strangerKey = client('stranger', {});
    const callerKeys = Array.from({ length: CALLERS }, (_, i) => client(`caller-${String(i)}`, { mayCall: ['*'] }));
    const hub = stack.use(new HubProcess({ dataDir, key }));
    await hub.start();
    const ledger = new Ledger();
    const hire = (name: string) => ({ url: hub.url, key: client(name, { mayProvide: ['*'] }), ledger });
    const providers = Array.from({ length: GOOD_PROVIDERS }, (_, i) =>
      stack.use(new Provider(hire(`provider-${String(i)}`))),
    );
    const odd = ODD.map((way) => stack.use(new Provider(hire(way.replace(' ', '-')), { way, seed: seed() })));
    await Promise.all([...providers, ...odd].map((provider) => provider.ready));
    const connected = Promise.withResolvers<void>();
    const job = { url: hub.url, keys: callerKeys, seed: seed(), requestsPerSecond: REQUESTS_PER_SECOND };
    const message = (news: unknown): void => record(news as CallerNews, ledger, connected.resolve);
    const callers = stack.use(new Program('caller-program.ts', job, { message }));
    await connected.promise;
    log(`hub at ${hub.url}, ${String(providers.length + odd.length)} providers, ${String(CALLERS)} callers`);
    return new Stage({ ledger, hub, random, providers, key, strangerKey }, callers, stack.move());
  }

  order(order: CallerOrder): void {
    this.#callers.tell(order);
  }

  /** Waits until `holds`, looking a few times a second. @throws {Error} after `withinMs` */
  async until(what: string, withinMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = Date.now() + withinMs;
    for (;;) {
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

  /** No load, nothing under way, nothing that waits: the state in which memory is compared. */
  async settle(): Promise<void> {
    this.order({ order: 'pause' });
    await pause(200);
    await this.until('every request answered', 15_000, () => this.ledger.open === 0);
    await this.until('nothing in flight or queued at the hub', 5_000, async () => {
      const { in_flight, queued } = await this.hub.figures();
      // The status request itself is in flight while it is answered.
      return in_flight <= 1 && queued === 0;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

interface StageParts {
  readonly ledger: Ledger;
  readonly hub: HubProcess;
  readonly random: Random;
  readonly providers: readonly Provider[];
  readonly key: string;
  readonly strangerKey: string;
}

/** All that a cut excuses is on its way within so many ms. */
const CUT_LASTS_MS = 250;

function record(news: CallerNews, ledger: Ledger, connected: () => void): void {
  switch (news.news) {
    case 'connected':
      connected();
      return;
    case 'cut':
      ledger.disturbed({ kind: 'caller cut', client: news.client, fromMs: news.atMs }, news.atMs + CUT_LASTS_MS);
      return;
    case 'requests':
      for (const request of news.sent) ledger.sent(request);
      for (const { n, outcome, atMs } of news.settled) ledger.settled(n, outcome, atMs);
      ledger.doubledOnTheWire(news.stray);
      ledger.openOnTheWire(news.open);
      return;
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
