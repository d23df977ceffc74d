import { implement, onError, ORPCError } from '@orpc/server';
import { CaptureExport } from '../../capture/capture-export.ts';
import { importedRows, parseRecords } from '../../capture/import-records.ts';
import type { JobList } from '../../capture/job-list.ts';
import type { SecretMask } from '../../capture/secret-mask.ts';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import type { Clock } from '../../common/base/clock.ts';
import { captureContract } from '../contract/capture-contract.ts';
import type { CaptureSession } from './capture-session.ts';
import { toConsoleError } from './console-errors.ts';

export interface TransferDeps {
  readonly store: TrafficStore;
  readonly jobs: JobList;
  /** What exports replace. */
  readonly secrets: SecretMask;
  /** Keeps numbers for rows that are imported. @returns the first of them */
  readonly reserveSeqs: (count: number) => Promise<number>;
  readonly clock: Clock;
}

/** What leaves the store and comes into it: bodies, exports and imports of the console's `capture` root. */
export function createTransferRouter({ store, jobs, secrets, reserveSeqs, clock }: TransferDeps) {
  const { capture: os } = implement(captureContract)
    .$context<{ session: CaptureSession }>()
    .use(
      onError((error) => {
        throw toConsoleError(error);
      }),
    );
  return {
    export: {
      open: os.export.open.handler(async ({ input, context, signal }) => {
        const query = input.seqs === undefined ? store.query(input.query) : store.rows(input.seqs);
        await query.refresh({ signal });
        const label = input.seqs === undefined ? input.query : `${String(input.seqs.length)} selected`;
        const mask = input.secrets ? undefined : secrets;
        const opened = new CaptureExport({ store, query, mask, jobs, label, clock });
        return { exportId: context.session.exports.add(opened), rows: opened.total };
      }),
      read: os.export.read.handler(({ input, context }) => {
        const piece = context.session.exports.get(input.exportId).read();
        if (piece === undefined) throw new ORPCError('NOT_FOUND', { message: 'The export is over, or was stopped' });
        return piece;
      }),
      close: os.export.close.handler(({ input, context }) => ({
        closed: context.session.exports.remove(input.exportId),
      })),
    },
    body: os.body.handler(({ input }) => {
      const part = store.body(input.seq, input.part, input);
      if (part === undefined) return null;
      return { base64: Buffer.from(part.bytes).toString('base64'), offset: part.offset, totalBytes: part.totalBytes };
    }),
    importRecords: os.importRecords.handler(async ({ input }) => {
      const records = parseRecords(input.lines);
      store.assertWritable();
      const { rows, bytes, notes } = importedRows(records, await reserveSeqs(records.length));
      store.import(rows, bytes, notes);
      return { imported: rows.length };
    }),
  };
}
