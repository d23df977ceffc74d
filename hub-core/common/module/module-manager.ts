import type { Clock } from '../base/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { LimitUse, MetricSample, Module, ModuleHealth, ModuleState, ModuleStatus } from './module.ts';
import { startOrder } from './start-order.ts';

export interface ModuleManagerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Time for all modules together to finish what is in flight, ms; 0 = none is given. */
  readonly drainTimeoutMs: number;
}

interface Managed {
  readonly module: Module;
  state: ModuleState;
}

/**
 * Starts modules in the order of their dependencies and ends them in reverse. Used once: a restart is a new manager with new
 * modules.
 */
export class ModuleManager {
  readonly #deps: ModuleManagerDeps;
  readonly #stopping = new AbortController();
  #modules: Managed[] = [];
  #started: Promise<void> | undefined;
  #drained: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(deps: ModuleManagerDeps) {
    this.#deps = deps;
  }

  /** @throws {TypeError} after `start` or `stop` */
  add(module: Module): void {
    if (this.#started !== undefined || this.#stopped !== undefined) {
      throw new TypeError(`Cannot add module "${module.name}": the manager has started`);
    }
    this.#modules.push({ module, state: 'created' });
  }

  /**
   * Resolves when every module runs. When one fails, those already started are stopped again, last first.
   *
   * @param signal ends the start, which then fails with its reason
   * @throws the failing module's error, in an {@link AggregateError} when stopping the others failed too
   * @throws {TypeError} before anything starts: for a cycle, a missing or repeated name, a second start
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#started !== undefined) throw new TypeError('Cannot start modules: they were started before');
    if (this.#stopped !== undefined) throw new TypeError('Cannot start modules: they are stopped');
    this.#started = this.#startAll(AbortSignal.any([signal, this.#stopping.signal]));
    await this.#started;
  }

  /**
   * Lets every running module finish what it has, listeners (which nothing depends on) first, all together at most
   * `drainTimeoutMs`. Idempotent.
   */
  async drain(): Promise<void> {
    this.#drained ??= this.#drainAll();
    await this.#drained;
  }

  /**
   * Stops what was started, last first, also while it is still starting. One that fails does not keep the others running.
   * Idempotent.
   *
   * @throws {AggregateError} with what the modules threw
   */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    await this.#stopped;
  }

  /** Every module, in the order of starting once that is known. */
  status(): readonly ModuleStatus[] {
    return this.#modules.map(({ module, state }) => ({
      name: module.name,
      state,
      health: healthIn(state, module),
      dependsOn: module.dependsOn,
    }));
  }

  /** What each module counts, by its name; one that throws counts nothing, and its error is logged. */
  metrics(): ReadonlyMap<string, readonly MetricSample[]> {
    return new Map(
      this.#modules.map(({ module }) => [module.name, this.#ask(module, 'metrics', () => module.metrics?.())]),
    );
  }

  /** What each module limits, those that run only; one that throws limits nothing, and its error is logged. */
  limits(): readonly LimitUse[] {
    const running = this.#modules.filter(({ state }) => state === 'running' || state === 'draining');
    return running.flatMap(({ module }) => this.#ask(module, 'limits', () => module.limits?.()));
  }

  #ask<T>(module: Module, what: string, answer: () => readonly T[] | undefined): readonly T[] {
    try {
      return answer() ?? [];
    } catch (error) {
      this.#deps.log.error({ module: module.name, error }, `a module could not tell its ${what}`);
      return [];
    }
  }

  async #startAll(signal: AbortSignal): Promise<void> {
    this.#modules = startOrder(this.#modules.map(({ module }) => module)).map((module) => ({
      module,
      state: 'created',
    }));
    for (const managed of this.#modules) {
      try {
        signal.throwIfAborted();
        await this.#run(managed, { during: 'starting', work: () => managed.module.start(signal), after: 'running' });
      } catch (cause) {
        const failures = await this.#stopRunning();
        if (failures.length === 0) throw cause;
        const text = `Cannot start "${managed.module.name}", nor stop all that had started`;
        throw new AggregateError([cause, ...failures], text, { cause });
      }
    }
  }

  async #drainAll(): Promise<void> {
    const { clock, drainTimeoutMs } = this.#deps;
    const limit = new AbortController();
    const expired = Promise.withResolvers<void>();
    using timer = new DisposableStack();
    timer.use(
      clock.after(drainTimeoutMs, () => {
        limit.abort(new DOMException('The time to drain is over', 'TimeoutError'));
        expired.resolve();
      }),
    );
    for (const managed of this.#modules.toReversed()) {
      if (managed.state !== 'running') continue;
      // A module that overlooks its signal may not keep the hub from stopping.
      const work = (): Promise<void> => Promise.race([managed.module.drain(limit.signal), expired.promise]);
      try {
        await this.#run(managed, { during: 'draining', work, after: 'draining' });
      } catch (error) {
        this.#deps.log.error({ module: managed.module.name, error }, 'module could not drain');
        managed.state = 'draining';
      }
    }
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort(new DOMException('The modules are being stopped', 'AbortError'));
    // How the start ended is told to whoever asked for it.
    await Promise.allSettled([this.#started]);
    const failures = await this.#stopRunning();
    if (failures.length > 0) throw new AggregateError(failures, 'Cannot stop all modules');
  }

  /** @returns what they threw */
  async #stopRunning(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const managed of this.#modules.toReversed()) {
      if (managed.state !== 'running' && managed.state !== 'draining') continue;
      try {
        await this.#run(managed, { during: 'stopping', work: () => managed.module.stop(), after: 'stopped' });
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  async #run(
    managed: Managed,
    step: { during: ModuleState; work: () => Promise<void>; after: ModuleState },
  ): Promise<void> {
    const { clock, log } = this.#deps;
    const beganMs = clock.nowMs();
    managed.state = step.during;
    let outcome = 'failed';
    try {
      await step.work();
      managed.state = step.after;
      outcome = 'done';
    } catch (error) {
      managed.state = 'failed';
      throw error;
    } finally {
      log.info(
        { module: managed.module.name, durationMs: clock.nowMs() - beganMs },
        `module ${step.during}: ${outcome}`,
      );
    }
  }
}

/** A module is asked for its health only while it can know it. */
function healthIn(state: ModuleState, module: Module): ModuleHealth {
  if (state === 'running') return module.health();
  if (state !== 'draining') return { state: 'not-serving', detail: state };
  return { ...module.health(), state: 'not-serving' };
}
