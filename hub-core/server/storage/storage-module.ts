import type { Clock } from '../../common/base/clock.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Module, ModuleHealth } from '../../common/module/module.ts';
import { ClientRegistry } from './client-registry.ts';
import { openHubDatabase, type HubDatabase } from './database.ts';
import { acquireHubLock } from './hub-lock.ts';
import { ensureLocalCredential } from './local-credential.ts';

/** Other processes' changes hold after this at the latest. */
const POLL_MS = 500;
const FLUSH_TOUCHES_MS = 5_000;

export interface StorageDeps {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The hub's data folder, taken for this hub while it runs. */
export interface Storage extends Module {
  /** @throws {TypeError} while the module does not run */
  readonly registry: ClientRegistry;
  /** @throws {TypeError} while the module does not run */
  readonly database: HubDatabase;
}

/** @returns a module whose `start` throws {@link StorageError}: folder in use or not writable, database damaged or newer */
export function createStorage(deps: StorageDeps): Storage {
  return new HubStorage(deps);
}

class HubStorage implements Storage {
  readonly name = 'storage';
  readonly dependsOn: readonly string[] = [];
  readonly #deps: StorageDeps;
  #running: DisposableStack | undefined;
  #registry: ClientRegistry | undefined;
  #database: HubDatabase | undefined;
  /** Work in the background that went wrong the last time. */
  readonly #failing = new Set<string>();

  constructor(deps: StorageDeps) {
    this.#deps = deps;
  }

  get registry(): ClientRegistry {
    if (this.#registry === undefined)
      throw new TypeError('Cannot reach the registry: the module "storage" does not run');
    return this.#registry;
  }

  get database(): HubDatabase {
    if (this.#database === undefined)
      throw new TypeError('Cannot reach the database: the module "storage" does not run');
    return this.#database;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { dataDir, clock } = this.#deps;
    using setup = new DisposableStack();
    setup.use(acquireHubLock(dataDir));
    const database = setup.use(openHubDatabase(dataDir, { holdsLock: true }));
    const registry = new ClientRegistry(database, clock);
    ensureLocalCredential(dataDir, registry);
    setup.defer(() => this.#attempt('note when credentials were used', () => registry.flushTouches()));
    setup.use(clock.every(POLL_MS, () => this.#attempt("read other programs' changes", () => registry.poll())));
    setup.use(
      clock.every(FLUSH_TOUCHES_MS, () =>
        this.#attempt('note when credentials were used', () => registry.flushTouches()),
      ),
    );
    this.#registry = registry;
    this.#database = database;
    this.#running = setup.move();
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#running?.dispose();
    this.#running = undefined;
    this.#registry = undefined;
    this.#database = undefined;
  }

  health(): ModuleHealth {
    if (this.#running === undefined) return { state: 'not-serving' };
    if (this.#failing.size === 0) return { state: 'serving' };
    return { state: 'degraded', detail: `cannot ${[...this.#failing].join(', nor ')}` };
  }

  /** Work in the background has nobody to throw to: it is tried again at its next turn. */
  #attempt(what: string, work: () => void): void {
    try {
      work();
      this.#failing.delete(what);
    } catch (error) {
      this.#failing.add(what);
      this.#deps.log.warn({ module: this.name, error }, `storage cannot ${what}`);
    }
  }
}
