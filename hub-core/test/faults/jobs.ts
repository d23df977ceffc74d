/** What the processes of a run tell each other. */
import { z } from 'zod';
import type { Outcome, SentRequest } from './ledger.ts';

export interface ProviderJob {
  readonly url: string;
  readonly key: string;
}

/** How a provider gets it wrong. `twice` and `unknown ids` offer `work` and answer as well; the others have a service each. */
export type OddWay = 'twice' | 'unknown ids' | 'never' | 'garbage';

export interface OddProviderJob extends ProviderJob {
  readonly way: OddWay;
  readonly seed: number;
}

export interface CallerJob {
  readonly url: string;
  /** One client each. */
  readonly keys: readonly string[];
  /** The number of the first of them. */
  readonly firstClient: number;
  /** The number before that of the first request. */
  readonly firstN: number;
  readonly seed: number;
  readonly requestsPerSecond: number;
  /** Budget of a request to `work`, ms: longer than any fault lasts. */
  readonly timeoutMs: number;
}

/** To the callers. */
export type CallerOrder = { readonly order: 'go' | 'pause' } | { readonly order: 'cut'; readonly clients: number };

/** From the callers. */
export type CallerNews =
  | { readonly news: 'connected' }
  | { readonly news: 'cut'; readonly client: number; readonly atMs: number }
  | {
      readonly news: 'requests';
      readonly sent: readonly SentRequest[];
      readonly settled: readonly { readonly n: number; readonly atMs: number; readonly outcome: Outcome }[];
      /** Responses on the wire to what had its answer, or was never asked. */
      readonly stray: number;
      /** Requests on open connections that have no Response yet. */
      readonly open: number;
    };

const workSchema = z.object({ n: z.number(), waitMs: z.number() });

/** What a request to `work` says, and its answer repeats. */
export const workBody = (value: unknown): z.output<typeof workSchema> => workSchema.parse(value);
