import { implement, onError } from '@orpc/server';
import { toSql } from '../../capture/query-sql.ts';
import { stepToRow } from '../../capture/step-to-row.ts';
import { TrafficOverview } from '../../capture/traffic-overview.ts';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import type { Clock } from '../../common/base/clock.ts';
import { completeQuery } from '../../common/query/complete-query.ts';
import { explainQuery } from '../../common/query/explain-query.ts';
import { parseQuery } from '../../common/query/parse-query.ts';
import { QuerySyntaxError } from '../../common/query/query-syntax-error.ts';
import { captureContract, type QueryMeaning } from '../contract/capture-contract.ts';
import type { CaptureSession } from './capture-session.ts';
import { toConsoleError } from './console-errors.ts';

export interface BrowseDeps {
  readonly store: TrafficStore;
  readonly clock: Clock;
}

function meaningOf(query: string, nowMs: number): QueryMeaning {
  try {
    return { valid: true, meaning: explainQuery(parseQuery(query, { nowMs })) };
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    const { message, column, suggestion = null } = error;
    return { valid: false, message, column, suggestion };
  }
}

/** What a filter can go on with, places and steps in open queries, and the store over time, of the console's `capture` root. */
export function createBrowseRouter({ store, clock }: BrowseDeps) {
  const { capture: os } = implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    );
  const overview = new TrafficOverview(store);
  return {
    complete: os.complete.handler(({ input }) => {
      const { from, to, items } = completeQuery(input.query, input.cursor, (...asked) => store.seenValues(...asked));
      return { from, to, items: [...items], check: meaningOf(input.query, clock.wallMs()) };
    }),
    seqs: os.seqs.handler(({ input: { queryId, from, count }, context }) => ({
      seqs: [...context.session.queries.get(queryId).query.seqs(from, count)],
    })),
    place: os.place.handler(({ input, context }) => ({
      place: context.session.queries.get(input.queryId).query.placeOf(input.seq) ?? null,
    })),
    step: os.step.handler(async ({ input, context, signal }) => {
      const { query } = context.session.queries.get(input.queryId);
      const now = { nowMs: clock.wallMs() };
      const condition = toSql(parseQuery(input.matching, now), now);
      const { seq, back } = input;
      return (await stepToRow(store, query, { seq, back, condition, signal })) ?? null;
    }),
    overview: os.overview.handler(({ input, signal }) => overview.read(input.bins, signal)),
  };
}
