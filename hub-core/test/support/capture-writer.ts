/** Writes batches to the store in the folder given, and prints the last number of each one that was written, until it is killed. */
import { writeSync } from 'node:fs';
import { exchangeEnd, exchangeStart, openTrafficStore, trafficBatch } from './traffic.ts';

const ROWS_PER_BATCH = 64;
const BODY_BYTES = 512;

const store = openTrafficStore(process.argv[2] ?? '', { limits: { segmentRows: 1_000 } });
const bytes = new Uint8Array(BODY_BYTES).fill(120);
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
  writeSync(1, `${String(store.nextSeq - 1)}\n`);
}
