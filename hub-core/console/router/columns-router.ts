import { implement, onError, ORPCError } from '@orpc/server';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import type { Clock } from '../../common/base/clock.ts';
import { captureContract } from '../contract/capture-contract.ts';
import type { CaptureSession } from './capture-session.ts';
import { toConsoleError } from './console-errors.ts';
import { newestOf } from './newest-of.ts';

/** While earlier rows are looked at, a page pulls the rows in sight anew at most this often. */
const PROGRESS_INTERVAL_MS = 250;

export interface ColumnsDeps {
  readonly store: TrafficStore;
  readonly clock: Clock;
}

/** @throws {ORPCError} NOT_FOUND for undefined and false */
function idOf(id: string, found: unknown): { id: string } {
  if (found === undefined || found === false)
    throw new ORPCError('NOT_FOUND', { message: `There is no column "${id}", or it is gone for good` });
  return { id };
}

/** Custom columns of the console's `capture` root. */
export function createColumnsRouter({ store: { columns }, clock }: ColumnsDeps) {
  const { columns: os } = implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    ).capture;
  return {
    watch: os.watch.handler(({ signal }) =>
      newestOf({
        changed: columns.onDidChange,
        current: () => ({ columns: [...columns.states()], generation: columns.generation }),
        minIntervalMs: PROGRESS_INTERVAL_MS,
        clock,
        signal,
      }),
    ),
    add: os.add.handler(({ input }) => ({ id: columns.add(input).id })),
    change: os.change.handler(({ input: { id, name, path, side } }) => {
      const wish = {
        ...(name === undefined ? {} : { name }),
        ...(path === undefined ? {} : { path }),
        ...(side === undefined ? {} : { side }),
      };
      return idOf(id, columns.change({ id, ...wish }));
    }),
    remove: os.remove.handler(({ input: { id } }) => idOf(id, columns.remove(id))),
    restore: os.restore.handler(({ input: { id } }) => idOf(id, columns.restore(id))),
    resume: os.resume.handler(({ input: { id } }) => idOf(id, columns.setFilling(id, true))),
  };
}
