import type { NetworkNamespace } from '../support/network-namespace.ts';
import { unlessAborted } from '../support/unless-aborted.ts';
import { Callers } from './callers.ts';
import type { HubProcess } from './hub-process.ts';
import type { CallerJob } from './jobs.ts';
import type { Disturbance, Ledger } from './ledger.ts';
import { Provider, type Hire } from './provider-crew.ts';

const CALLERS = 5;
const REQUESTS_PER_SECOND = 50;
/** Above the numbers of all requests of the other callers. */
const FIRST_N = 500_000_000;

/** After packets pass again, what was under way is settled within so many ms. */
const SETTLES_MS = 1_000;

/** A provider and some callers behind a link that can lose every packet: connections that nobody tells of their end. */
export class FarSide implements AsyncDisposable {
  readonly provider: Provider;
  readonly callers: Callers;
  /** Connections that they have when all are there. */
  readonly connections: number;
  readonly #clients: readonly number[];
  readonly #ledger: Ledger;
  readonly #namespace: NetworkNamespace;

  private constructor(parts: {
    readonly provider: Provider;
    readonly callers: Callers;
    readonly clients: readonly number[];
    readonly ledger: Ledger;
    readonly namespace: NetworkNamespace;
  }) {
    ({ provider: this.provider, callers: this.callers, ledger: this.#ledger, namespace: this.#namespace } = parts);
    this.#clients = parts.clients;
    this.connections = parts.clients.length + 1;
  }

  /**
   * Starts them.
   *
   * @param job of the callers on the other side, whose numbers theirs follow
   * @param key makes the client of a caller
   * @param signal ends the wait for them
   */
  static async set(about: {
    readonly namespace: NetworkNamespace;
    readonly hub: HubProcess;
    readonly hire: Hire;
    readonly job: CallerJob;
    readonly key: (caller: number) => string;
    readonly signal: AbortSignal;
  }): Promise<FarSide> {
    const { namespace, hub, hire, job, key, signal } = about;
    const { ledger } = hire;
    const { prefix } = namespace;
    const url = hub.url(namespace.here);
    const firstClient = job.keys.length;
    const clients = Array.from({ length: CALLERS }, (_, index) => firstClient + index);
    await using stack = new AsyncDisposableStack();
    const provider = stack.use(new Provider({ ...hire, url, prefix }));
    const keys = clients.map((client) => key(client));
    const own = { url, keys, firstClient, firstN: FIRST_N, requestsPerSecond: REQUESTS_PER_SECOND };
    const callers = stack.use(new Callers('far', { ...job, ...own }, { ledger, prefix }));
    await unlessAborted(signal, Promise.all([provider.ready, callers.connected]));
    stack.move();
    return new FarSide({ provider, callers, clients, ledger, namespace });
  }

  /** Loses every packet while `work` lasts and until everyone is `back`. */
  async cutOff(work: () => Promise<void>, back: () => Promise<void>): Promise<void> {
    const fromMs = Date.now();
    const entries: readonly Disturbance[] = [
      this.#ledger.disturbed({ kind: 'provider gone', fromMs }),
      ...this.#clients.map((client) => this.#ledger.disturbed({ kind: 'caller cut', client, fromMs })),
    ];
    this.#namespace.setPassing(false);
    try {
      await work();
    } finally {
      this.#namespace.setPassing(true);
    }
    await back();
    for (const entry of entries) entry.toMs = Date.now() + SETTLES_MS;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.callers[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
  }
}
