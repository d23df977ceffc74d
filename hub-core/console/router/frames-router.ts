import { implement, onError } from '@orpc/server';
import { Search, type SearchState } from '../../capture/search.ts';
import { captureContract } from '../contract/capture-contract.ts';
import type { CaptureSession } from './capture-session.ts';
import { toConsoleError } from './console-errors.ts';
import { newestOf } from './newest-of.ts';
import type { TransferDeps } from './transfer-router.ts';

/** The page shows where the frames stand at most this often. */
const STATUS_INTERVAL_MS = 100;

const resultOf = (queryId: string, state: SearchState) => ({ queryId, ...state });

/** The frames of the console's `capture` root. */
export function createFramesRouter({ store, jobs, clock }: Pick<TransferDeps, 'store' | 'jobs' | 'clock'>) {
  const { frames: os } = implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    ).capture;
  const newest = { minIntervalMs: STATUS_INTERVAL_MS, clock };
  return {
    watch: os.watch.handler(({ signal }) =>
      newestOf({ ...newest, changed: store.onDidChange, current: () => store.frameStatus(), signal }),
    ),
    setRecording: os.setRecording.handler(({ input }) => {
      store.setFrames(input.recording);
      return store.frameStatus();
    }),
    open: os.open.handler(async ({ input, context, signal }) => {
      const search = new Search({ query: store.queryFrames(input.query), label: `frames ${input.query}`, jobs, clock });
      const state = await search.advance(input.waitMs, signal);
      return resultOf(context.session.frames.add(search), state);
    }),
    refresh: os.refresh.handler(async ({ input, context, signal }) =>
      resultOf(input.queryId, await context.session.frames.get(input.queryId).advance(input.waitMs, signal)),
    ),
    window: os.window.handler(({ input, context }) => {
      const { from, rows } = context.session.frames.get(input.queryId).window(input.from, input.count);
      return { from, rows: [...rows] };
    }),
    place: os.place.handler(({ input, context }) => ({
      place: context.session.frames.get(input.queryId).query.placeOf(input.number) ?? null,
    })),
    close: os.close.handler(({ input, context }) => ({ closed: context.session.frames.remove(input.queryId) })),
  };
}
