/**
 * Writes batches to the store in the folder given, and prints the last number of each one that was written, until it is killed. With
 * `columns` as a further argument it adds, changes and removes columns meanwhile, and looks at earlier rows for them.
 */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ColumnFill } from '../../capture/column-fill.ts';
import { JobList } from '../../capture/job-list.ts';
import { systemClock } from '../../common/base/clock.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { exchangeEnd, exchangeStart, openTrafficStore, trafficBatch } from './traffic.ts';

const ROWS_PER_BATCH = 64;
const BODY_BYTES = 512;

const store = openTrafficStore(process.argv[2] ?? '', { limits: { segmentRows: 1_000 } });
const bytes = new Uint8Array(BODY_BYTES).fill(120);
// Its value is that of `$.x` and, with another length, of `$.y`.
bytes.set(new TextEncoder().encode('{"x":"one","y":"other"}'));
const { columns } = store;
const withColumns = process.argv[3] === 'columns';
using _fill = withColumns
  ? new ColumnFill({ store, jobs: new JobList(systemClock), clock: systemClock, log: silentLogger })
  : undefined;

/** Each of the three happens every few batches. */
function changeColumns(batch: number): void {
  const [first] = columns.defined;
  if (first === undefined) columns.add({ name: 'one', path: '$.x', side: 'request' });
  else if (batch % 7 === 0) columns.change({ id: first.id, path: first.path === '$.x' ? '$.y' : '$.x' });
  else if (batch % 23 === 0) columns.remove(first.id);
}

let batches = 0;
const body = { offset: 0, stored: BODY_BYTES, total: BODY_BYTES };
for (;;) {
  const first = store.nextSeq;
  const seqs = Array.from({ length: ROWS_PER_BATCH }, (_, index) => first + index);
  store.write(
    trafficBatch({
      starts: seqs.map((seq) => exchangeStart(seq, { body })),
      // The last of each batch ends with the next one.
      ends: [first - 1, ...seqs.slice(0, -1)].map((seq) => exchangeEnd(seq, { body })),
      bytes,
    }),
  );
  batches += 1;
  if (withColumns) changeColumns(batches);
  await nextTurn();
  writeSync(1, `${String(store.nextSeq - 1)}\n`);
}
