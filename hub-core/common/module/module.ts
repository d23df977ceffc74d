/** How a module is doing. `serving` takes work, `degraded` takes it with a restriction, `not-serving` does not. */
export type HealthState = 'serving' | 'degraded' | 'not-serving';

export interface ModuleHealth {
  readonly state: HealthState;
  /** One sentence for people, for example `3 connections`. */
  readonly detail?: string;
}

/** One value of a module at this moment, for `/metrics` and the console. */
export interface MetricSample {
  /** snake_case, ends in `_total` for what only grows. */
  readonly name: string;
  /** One sentence: what is counted, and its unit. */
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
  /** Few and bounded values only: never an id that a client chooses freely. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A limit of a module beside its present use, for `/status/` and `/metrics`. */
export interface LimitUse {
  /** snake_case, unique in its hub. */
  readonly name: string;
  /** One sentence: what is limited. */
  readonly help: string;
  readonly unit: 'connections' | 'requests' | 'services' | 'bytes';
  /** Now; where each of many has that limit, the use of the one that is nearest to it. */
  readonly used: number;
  /** 0 = no limit. */
  readonly limit: number;
  /** Which of the many that is. */
  readonly at?: string;
}

/** One-way life of a module; an instance is used once. */
export type ModuleState = 'created' | 'starting' | 'running' | 'draining' | 'stopping' | 'stopped' | 'failed';

/**
 * A part of the hub with a lifecycle. Factories only wire: no I/O, no timer before `start`.
 */
export interface Module {
  /** Unique in its hub, kebab-case. */
  readonly name: string;
  /** Names of the modules that must run before this one starts and stop after it. */
  readonly dependsOn: readonly string[];
  /** Resolves when the module can serve. On a throw it has undone its own work. */
  start(signal: AbortSignal): Promise<void>;
  /** Takes no new work and resolves when what it has is finished or `signal` aborts. Idempotent. */
  drain(signal: AbortSignal): Promise<void>;
  /** Releases everything, whether drained or not. Idempotent, bounded. */
  stop(): Promise<void>;
  /** Synchronous and cheap. */
  health(): ModuleHealth;
  /** Synchronous and cheap; absent when there is nothing to count. */
  metrics?(): readonly MetricSample[];
  /** Synchronous; may look at everything that the module holds. Absent when it limits nothing. */
  limits?(): readonly LimitUse[];
}

/** A module as `/status/modules` and the console show it. */
export interface ModuleStatus {
  readonly name: string;
  readonly state: ModuleState;
  readonly health: ModuleHealth;
  readonly dependsOn: readonly string[];
}
