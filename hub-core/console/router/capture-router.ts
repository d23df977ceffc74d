import { implement, onError, ORPCError } from '@orpc/server';
import type { RowCells } from '../../capture/custom-columns.ts';
import { Search, type SearchState } from '../../capture/search.ts';
import { SortedQuery } from '../../capture/sorted-query.ts';
import type { StoredExchange, StoredMessage, StoredRow } from '../../capture/stored-exchange.ts';
import type { RecentLog } from '../../common/log/recent-log.ts';
import type { Encoding } from '../../common/protocol/message.ts';
import { encodingWord } from '../../common/protocol/words.ts';
import { traitWords } from '../../common/query/traits.ts';
import { captureContract, type ExchangeDetail, type ExchangeRow } from '../contract/capture-contract.ts';
import { createBrowseRouter } from './browse-router.ts';
import { createColumnsRouter } from './columns-router.ts';
import { toConsoleError } from './console-errors.ts';
import type { CaptureSession } from './capture-session.ts';
import { newestOf } from './newest-of.ts';
import { createFramesRouter } from './frames-router.ts';
import { createTransferRouter, type TransferDeps } from './transfer-router.ts';

/** The page shows a watermark at most this often. */
const WATERMARK_INTERVAL_MS = 100;

export interface CaptureRouterDeps extends TransferDeps {
  readonly recentLog: RecentLog;
}

function messageOf(stored: StoredMessage) {
  return {
    encoding: encodingWord(stored.encoding as Encoding),
    headers: stored.headers.map(([name, value]): [string, string] => [name, value]),
    storedBytes: stored.storedBytes,
    totalBytes: stored.totalBytes,
  };
}

function rowOf({ traits, tags, ...row }: StoredRow, cells: RowCells | undefined): ExchangeRow {
  const shown = cells === undefined ? {} : { cells };
  return { ...row, traits: traitWords(traits), tags: [...tags], ...shown };
}

function detailOf(found: StoredExchange, cells: RowCells | undefined): ExchangeDetail {
  const { row, request, reply, choices } = found;
  return {
    ...found,
    row: rowOf(row, cells),
    request: messageOf(request),
    reply: reply === null ? null : messageOf(reply),
    choices: choices.map(({ candidates, ...choice }) => ({ ...choice, candidates: [...candidates] })),
  };
}

const resultOf = (queryId: string, state: SearchState) => ({ queryId, ...state });

function implementer() {
  return implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    );
}

/** What needs no open query: the thread itself, and single exchanges. */
function threadProcedures(os: ReturnType<typeof implementer>, { store, recentLog }: CaptureRouterDeps) {
  return {
    alive: os.capture.alive.handler(() => ({})),
    log: os.capture.log.handler(({ input }) => recentLog.read(input.after)),
    exchange: os.capture.exchange.handler(({ input }) => {
      const found = store.exchange(input.seq);
      return found === undefined ? null : detailOf(found, store.columns.cells([found.row])[0]);
    }),
  };
}

/** The console's `capture` root over a traffic store. Every line brings a {@link CaptureSession}. */
export function createCaptureRouter(deps: CaptureRouterDeps) {
  const { store, jobs, clock } = deps;
  const os = implementer();
  const newest = { minIntervalMs: WATERMARK_INTERVAL_MS, clock };
  const recording = {
    watch: os.capture.watch.handler(({ signal }) =>
      newestOf({ ...newest, changed: store.onDidChange, current: () => store.watermark(), signal }),
    ),
    setState: os.capture.setState.handler(({ input }) => {
      store.setState(input.state, input.service);
      return store.watermark();
    }),
    clear: os.capture.clear.handler(() => {
      store.clear();
      return store.watermark();
    }),
    undoClear: os.capture.undoClear.handler(() => {
      if (!store.undoClear()) throw new ORPCError('NOT_FOUND', { message: 'What was cleared is gone for good' });
      return store.watermark();
    }),
    annotate: os.capture.annotate.handler(({ input: { seq, ...annotation } }) => ({
      annotated: store.annotate(seq, annotation),
    })),
  };
  const queries = {
    open: os.capture.open.handler(async ({ input, context, signal }) => {
      const { query: label, sort } = input;
      const found = store.query(label);
      const query = sort === undefined ? found : new SortedQuery(store, found, sort);
      const search = new Search({ query, label, jobs, clock });
      const state = await search.advance(input.waitMs, signal);
      return resultOf(context.session.queries.add(search), state);
    }),
    refresh: os.capture.refresh.handler(async ({ input, context, signal }) =>
      resultOf(input.queryId, await context.session.queries.get(input.queryId).advance(input.waitMs, signal)),
    ),
    window: os.capture.window.handler(({ input, context }) => {
      const { from, rows, revision } = context.session.queries.get(input.queryId).window(input.from, input.count);
      const cells = input.cells ? store.columns.cells(rows) : [];
      return { from, rows: rows.map((row, place) => rowOf(row, cells[place])), revision };
    }),
    close: os.capture.close.handler(({ input, context }) => ({
      closed: context.session.queries.remove(input.queryId),
    })),
    jobs: {
      watch: os.capture.jobs.watch.handler(({ signal }) =>
        newestOf({ ...newest, changed: jobs.onDidChange, current: () => ({ jobs: [...jobs.snapshot()] }), signal }),
      ),
      stop: os.capture.jobs.stop.handler(({ input }) => ({ stopped: jobs.stop(input.jobId) })),
    },
  };
  return os.router({
    capture: {
      ...{ ...recording, ...queries, ...threadProcedures(os, deps) },
      ...createTransferRouter(deps),
      ...createBrowseRouter(deps),
      columns: createColumnsRouter(deps),
      frames: createFramesRouter(deps),
    },
  });
}
