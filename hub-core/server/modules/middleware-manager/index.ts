import type { Clock } from '../../../common/base/clock.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import type { Middleware } from '../../middleware.ts';
import type { Relay } from '../../relay.ts';
import type { ExchangeObserver } from '../../service/exchange.ts';
import { ExchangeObservers } from '../../service/exchange-observers.ts';
import { isMiddleware, loadMiddleware, type MiddlewareFile } from './load-middleware.ts';
import { MiddlewareChain, type Deed } from './middleware-chain.ts';
import { MiddlewareError } from './middleware-error.ts';
import { MiddlewareRelay, type MiddlewareLimits } from './middleware-relay.ts';

export { MiddlewareError };

export interface MiddlewareManagerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hubId: string;
  /** Of binary messages. */
  readonly codec: Codec;
  readonly limits: MiddlewareLimits;
  /** Loaded at start; their hooks come after those that are given. */
  readonly files: readonly MiddlewareFile[];
  /** Of the program that embeds the hub. */
  readonly given: readonly Middleware[];
}

/** Loads middleware and joins it to the way of requests. */
export interface MiddlewareManager extends Module {
  /**
   * Called once.
   *
   * @param observers told of requests that `inner` never sees
   * @returns `inner` itself when there is no middleware, so that it costs nothing
   */
  relay(inner: Relay, observers: readonly ExchangeObserver[]): Relay;
  /** Resolves when no request waits for a hook, or `signal` aborts. */
  idle(signal: AbortSignal): Promise<void>;
}

type Tally = Record<Deed, number>;

export function createMiddlewareManager(deps: MiddlewareManagerDeps): MiddlewareManager {
  return new LoadingMiddlewareManager(deps);
}

class LoadingMiddlewareManager implements MiddlewareManager {
  readonly name = 'middleware-manager';
  readonly dependsOn: readonly string[] = [];
  readonly #deps: MiddlewareManagerDeps;
  readonly #tallies = new Map<string, Tally>();
  #chain: MiddlewareChain;
  #relay: MiddlewareRelay | undefined;
  #isRunning = false;

  constructor(deps: MiddlewareManagerDeps) {
    this.#deps = deps;
    this.#chain = this.#createChain([]);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { given, files } = this.#deps;
    const list = [...given];
    for (const file of files) list.push(await loadMiddleware(file));
    signal.throwIfAborted();
    this.#checkNames(list);
    for (const { name } of list) this.#tallies.set(name, { answered: 0, refused: 0, failed: 0 });
    this.#chain = this.#createChain(list);
    this.#isRunning = true;
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#relay?.stop();
  }

  health(): ModuleHealth {
    const detail = [...this.#tallies.keys()].join(', ');
    return { state: this.#isRunning ? 'serving' : 'not-serving', ...(detail !== '' && { detail }) };
  }

  metrics(): readonly MetricSample[] {
    const deeds = Array.from(this.#tallies, ([middleware, tally]) =>
      Object.entries(tally).map(([deed, value]): MetricSample => {
        const help = 'Requests that a middleware answered or refused by itself, or failed at.';
        return { name: 'requests_total', help, kind: 'counter', value, labels: { middleware, deed } };
      }),
    );
    const help = 'Requests that wait for a middleware.';
    return [...deeds.flat(), { name: 'held', help, kind: 'gauge', value: this.#relay?.held ?? 0 }];
  }

  relay(inner: Relay, all: readonly ExchangeObserver[]): Relay {
    const { clock, log, codec, limits, files, given } = this.#deps;
    if (files.length + given.length === 0) return inner;
    const observers = new ExchangeObservers(all, log);
    this.#relay = new MiddlewareRelay(inner, { clock, log, codec, limits, observers, chain: () => this.#chain });
    return this.#relay;
  }

  async idle(signal: AbortSignal): Promise<void> {
    await this.#relay?.idle(signal);
  }

  #createChain(list: readonly Middleware[]): MiddlewareChain {
    const { hubId, codec, log } = this.#deps;
    return new MiddlewareChain(list, {
      hubId,
      codec,
      note: (middleware, deed, error) => {
        const tally = this.#tallies.get(middleware);
        if (tally !== undefined) tally[deed] += 1;
        if (deed === 'failed') log.error({ error }, `middleware "${middleware}" failed`);
      },
    });
  }

  /** @throws {MiddlewareError} */
  #checkNames(list: readonly Middleware[]): void {
    const names = new Set<string>();
    for (const middleware of list) {
      if (!isMiddleware(middleware))
        throw new MiddlewareError('Cannot use a middleware: it has no name or no hook, see docs/middleware.md');
      if (names.has(middleware.name))
        throw new MiddlewareError(
          `Cannot use the middleware "${middleware.name}": another one has that name, change one`,
        );
      names.add(middleware.name);
    }
  }
}
