import { setTimeout as sleep } from 'node:timers/promises';
import { HubClient } from '../client/node/index.ts';
import type { Clock } from '../common/base/clock.ts';
import { RequestError } from '../common/errors/hub-error.ts';
import type { Logger } from '../common/log/logger.ts';
import type { Samples } from '../console/router/hub-router.ts';
import type { Hub } from '../server/hub/hub.ts';

/** Client id and service id alike. */
const SAMPLE = 'sample';
const CALL_EVERY_MS = 1_000;
/** Every so many calls of `/sample/flaky` fail: enough to show what an error looks like. */
const FAILS_EVERY = 3;
const SLOW_MS = 350;

export interface SampleTrafficDeps {
  readonly hub: Pick<Hub, 'address' | 'clients'>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface RunningSamples {
  readonly resources: AsyncDisposableStack;
  readonly caller: HubClient;
}

/** A service as a newcomer might write one. */
async function offer(provider: HubClient): Promise<void> {
  let flakyCalls = 0;
  await provider.provide({
    id: SAMPLE,
    description: 'A sample service, started from the console',
    version: '1.0.0',
    routes: [
      {
        pattern: '/time',
        methods: ['GET'],
        summary: 'The time of day',
        handler: () => ({ json: { now: new Date().toISOString() } }),
      },
      {
        pattern: '/echo',
        methods: ['POST'],
        summary: 'Sends back what it is sent',
        handler: (request) => ({ body: request.bytes(), headers: contentTypeOf(request.headers.get('content-type')) }),
      },
      {
        pattern: '/slow',
        methods: ['GET'],
        summary: 'Takes its time',
        handler: async (request) => {
          await sleep(SLOW_MS, undefined, { signal: request.signal });
          return { json: { waitedMs: SLOW_MS } };
        },
      },
      {
        pattern: '/flaky',
        methods: ['GET'],
        summary: `Fails every ${String(FAILS_EVERY)}rd time`,
        handler: () => {
          flakyCalls += 1;
          if (flakyCalls % FAILS_EVERY === 0)
            throw new RequestError('UNAVAILABLE_ERR', 'The sample is out of stock, as it is now and then');
          return { json: { stock: FAILS_EVERY - (flakyCalls % FAILS_EVERY) } };
        },
      },
    ],
  });
}

function contentTypeOf(contentType: string | undefined): Record<string, string> {
  return contentType === undefined ? {} : { 'content-type': contentType };
}

/**
 * A sample service and a client that calls it once a second, over real connections with the public SDK: what a newcomer sees
 * in the console first.
 */
export class SampleTraffic implements Samples {
  readonly #deps: SampleTrafficDeps;
  #running: RunningSamples | undefined;
  #calls = 0;
  /** Starts and stops come one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(deps: SampleTrafficDeps) {
    this.#deps = deps;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  start(): Promise<void> {
    return this.#next(() => this.#start());
  }

  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  #next(step: () => Promise<void>): Promise<void> {
    const run = this.#last.then(step);
    this.#last = run.catch(() => undefined); // the caller of that step was told
    return run;
  }

  async #start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { hub, clock } = this.#deps;
    await using setup = new AsyncDisposableStack();
    const key = this.#issueKey();
    setup.defer(() => void hub.clients.revoke(SAMPLE));
    const connect = (agent: string): Promise<HubClient> =>
      // The hub of this very process, whose certificate need not be for the address that it listens on.
      HubClient.connect({ url: hub.address.url, client: SAMPLE, key, agent, tls: { rejectUnauthorized: false } });
    const provider = setup.use(await connect('sample-service/1.0'));
    await offer(provider);
    const caller = setup.use(await connect('sample-client/1.0'));
    setup.use(clock.every(CALL_EVERY_MS, () => void this.#call(caller)));
    this.#running = { resources: setup.move(), caller };
    void this.#call(caller);
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.resources.disposeAsync();
  }

  /** A key for this run only: the one of an earlier run is nowhere kept. */
  #issueKey(): string {
    const { clients } = this.#deps.hub;
    if (!clients.list().some((client) => client.client === SAMPLE))
      return clients.register(SAMPLE, [SAMPLE], [SAMPLE]).key;
    clients.restore(SAMPLE);
    clients.setGrants(SAMPLE, [SAMPLE], [SAMPLE]);
    return clients.addCredential(SAMPLE).key;
  }

  async #call(caller: HubClient): Promise<void> {
    const number = this.#calls++;
    try {
      switch (number % 4) {
        case 0:
          await caller.request({ uri: '/sample/time' });
          return;
        case 1:
          await caller.request({ method: 'POST', uri: '/sample/echo', json: { number, greeting: 'hello, hub' } });
          return;
        case 2:
          await caller.request({ uri: '/sample/slow?reason=demo' });
          return;
        default:
          await caller.request({ uri: '/sample/flaky' });
      }
    } catch (error) {
      // Between two connections, or while being stopped: the next call is a second away.
      this.#deps.log.debug({ module: 'samples', error }, 'a sample call was not answered');
    }
  }
}
