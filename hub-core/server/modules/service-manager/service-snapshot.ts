export interface ProviderSnapshot {
  readonly id: string;
  readonly client: string;
  readonly connection: string;
  readonly remoteAddress: string;
  readonly state: 'ready' | 'saturated' | 'draining' | 'ejected' | 'half-open' | 'suspect';
  readonly weight: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly calls: number;
  readonly errors: number;
  /** Answers that broke their route's schema. */
  readonly warnings: number;
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
  /** Wall ms of registration. */
  readonly sinceMs: number;
  readonly lastFailure: string | null;
}

export interface ServiceSnapshot {
  readonly id: string;
  readonly builtIn: boolean;
  readonly description: string;
  readonly version: string;
  readonly access: 'socket' | 'http' | 'both';
  readonly policy: string;
  readonly routes: readonly {
    readonly pattern: string;
    readonly methods: readonly string[];
    readonly summary?: string;
  }[];
  readonly providers: readonly ProviderSnapshot[];
  readonly queued: number;
  readonly calls: number;
  readonly errors: number;
  /** Wall ms since when a remembered service has no provider, else null. */
  readonly emptySinceMs: number | null;
}
