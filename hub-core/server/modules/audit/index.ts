import type { Clock } from '../../../common/base/clock.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import type { ExchangeObserver } from '../../service/exchange.ts';
import type { AuditEntry, AuditLimits, AuditRecord } from '../../storage/audit-record.ts';
import type { AuditQuery, AuditStore } from '../../storage/audit-store.ts';
import { auditedExchange, isAudited } from './audited-exchange.ts';

export { audited, type AuditedGroup } from './audited.ts';

const RETRY_MS = 1_000;
const PRUNE_MS = 3_600_000;
/** Rows that may be written beyond the limit before the oldest are forgotten. */
const PRUNE_AFTER = 100;
/** What waits to be written while it cannot be. */
const MAX_WAITING = 1_000;

export interface AuditDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: AuditLimits;
  /** Asked for at start: a database is open only then. */
  readonly store: () => AuditStore;
}

/** Keeps who changed what. A change that cannot be written down at once is done all the same, and written down later. */
export interface Audit extends Module {
  /** Notes what requests to built-in services change. */
  readonly observer: ExchangeObserver;
  record(entry: Omit<AuditEntry, 'atMs'>): void;
  /** Newest first. @throws {TypeError} while the module does not run */
  list(query: AuditQuery): readonly AuditRecord[];
}

/** @returns a module that starts after `storage` */
export function createAudit(deps: AuditDeps): Audit {
  return new StoredAudit(deps);
}

class StoredAudit implements Audit {
  readonly name = 'audit';
  readonly dependsOn: readonly string[] = ['storage'];
  readonly #deps: AuditDeps;
  #waiting: AuditEntry[] = [];
  #store: AuditStore | undefined;
  #running: DisposableStack | undefined;
  #sincePruned = 0;
  #recorded = 0;
  #lost = 0;
  #failing = false;

  readonly observer: ExchangeObserver = {
    began() {
      // Nothing is changed yet.
    },
    // oxlint-disable-next-line max-params -- the observer's signature: an object for each call would cost on the hot path
    ended: (exchange, outcome, answer, error) => {
      if (!isAudited(exchange)) return;
      const entry = auditedExchange(exchange, { outcome, answer, error });
      if (entry !== undefined) this.record(entry);
    },
  };

  constructor(deps: AuditDeps) {
    this.#deps = deps;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { clock, store } = this.#deps;
    using setup = new DisposableStack();
    this.#store = store();
    setup.use(clock.every(RETRY_MS, () => this.#write()));
    setup.use(clock.every(PRUNE_MS, () => this.#prune()));
    this.#running = setup.move();
    this.#prune();
  }

  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#write();
    this.#running?.dispose();
    this.#running = undefined;
    this.#store = undefined;
  }

  health(): ModuleHealth {
    if (this.#running === undefined) return { state: 'not-serving' };
    if (!this.#failing) return { state: 'serving' };
    return { state: 'degraded', detail: `${String(this.#waiting.length)} changes wait to be written down` };
  }

  metrics(): readonly MetricSample[] {
    return [
      { name: 'recorded_total', help: 'Changes that were noted.', kind: 'counter', value: this.#recorded },
      { name: 'lost_total', help: 'Changes that could not be noted.', kind: 'counter', value: this.#lost },
      { name: 'waiting', help: 'Changes that wait to be noted.', kind: 'gauge', value: this.#waiting.length },
    ];
  }

  record(entry: Omit<AuditEntry, 'atMs'>): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#waiting.push({ ...entry, atMs: this.#deps.clock.wallMs() });
    // While it cannot be written, it is tried at its next turn: each try may hold the hub up for as long as a lock lasts.
    if (!this.#failing) this.#write();
  }

  list(query: AuditQuery): readonly AuditRecord[] {
    if (this.#store === undefined) throw new TypeError('Cannot read the audit: the module "audit" does not run');
    return this.#store.list(query);
  }

  #write(): void {
    const store = this.#store;
    if (store === undefined || this.#waiting.length === 0) return;
    this.#attempt(() => {
      store.add(this.#waiting);
      this.#recorded += this.#waiting.length;
      this.#sincePruned += this.#waiting.length;
      this.#waiting = [];
    });
    if (this.#sincePruned >= PRUNE_AFTER) this.#prune();
  }

  #prune(): void {
    this.#sincePruned = 0;
    this.#attempt(() => this.#store?.prune(this.#deps.config, this.#deps.clock.wallMs()));
  }

  #attempt(work: () => void): void {
    try {
      work();
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      this.#deps.log.warn({ error }, 'cannot write the audit');
    }
  }
}
