import type { Clock } from '../../common/base/clock.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../common/module/module.ts';
import { BackupSchedule } from './backup-schedule.ts';
import { ClientRegistry } from './client-registry.ts';
import { openHubDatabase, type HubDatabase } from './database.ts';
import { acquireHubLock } from './hub-lock.ts';
import { ensureLocalCredential } from './local-credential.ts';
import { storageMetrics } from './storage-metrics.ts';

/** Other processes' changes hold after this at the latest. */
const POLL_MS = 500;
const FLUSH_TOUCHES_MS = 5_000;
const BACK_UP = 'back up the database';

const READ_CHANGES = "read other programs' changes";

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
  /** Announces what other processes changed, without waiting for the next look. */
  refresh(): void;
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
  #backups: BackupSchedule | undefined;
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
    const database = setup.use(openHubDatabase(dataDir, { holdsLock: true, wallMs: () => clock.wallMs() }));
    const registry = new ClientRegistry(database, clock);
    ensureLocalCredential(dataDir, registry);
    setup.defer(() => this.#attempt('note when credentials were used', () => registry.flushTouches()));
    setup.use(clock.every(POLL_MS, () => this.refresh()));
    setup.use(
      clock.every(FLUSH_TOUCHES_MS, () =>
        this.#attempt('note when credentials were used', () => registry.flushTouches()),
      ),
    );
    this.#backups = new BackupSchedule({ clock, source: database, done: (error) => this.#settle(BACK_UP, error) });
    this.#registry = registry;
    this.#database = database;
    this.#running = setup.move();
  }

  refresh(): void {
    const registry = this.#registry;
    if (registry !== undefined) this.#attempt(READ_CHANGES, () => registry.poll());
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    // It reads from the connection until it has ended.
    await this.#backups?.[Symbol.asyncDispose]();
    this.#backups = undefined;
    this.#running?.dispose();
    this.#running = undefined;
    this.#registry = undefined;
    this.#database = undefined;
  }

  health(): ModuleHealth {
    if (this.#running === undefined) return { state: 'not-serving' };
    const fault = this.#database?.gate.fault;
    if (this.#failing.size === 0 && fault === undefined) return { state: 'serving' };
    const cannot = [...(fault === undefined ? [] : [`write (${fault})`]), ...this.#failing];
    return { state: 'degraded', detail: `cannot ${cannot.join(', nor ')}` };
  }

  metrics(): readonly MetricSample[] {
    if (this.#database === undefined || this.#backups === undefined) return [];
    return storageMetrics(this.#database, this.#backups);
  }

  /** Work in the background has nobody to throw to: it is tried again at its next turn. */
  #attempt(what: string, work: () => void): void {
    try {
      work();
      this.#settle(what, undefined);
    } catch (error) {
      this.#settle(what, error);
    }
  }

  #settle(what: string, error: unknown): void {
    if (error === undefined) {
      this.#failing.delete(what);
      return;
    }
    this.#failing.add(what);
    this.#deps.log.warn({ module: this.name, error }, `storage cannot ${what}`);
  }
}
