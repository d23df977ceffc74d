// npm run bench:store: what filters cost over a store that bench:fill made: the time to the first rows, to the end, and the longest
// that the thread was held at a time. See bench/README.md.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TrafficStore } from '../hub-core/capture/traffic-store.ts';
import { systemClock } from '../hub-core/common/base/clock.ts';
import { silentLogger } from '../hub-core/common/log/logger.ts';
import { column } from './figures.mjs';

const FILTERS = [
  'status:error dur>50ms',
  'service:ma* -method:post',
  'customer',
  'from:client-7 transport:tcp',
  'id>999000',
  'queue>=0.1ms attempt:1 kind:request',
  'route:/item.[0-9]7$/',
  'body:"needle"',
  'body:/hint.{2,4}needle/',
  'body:/customer 4[0-9]{3}"/',
  'json:$.order.id=4634343214213004321',
  'json:$..hint',
];

const { values } = parseArgs({
  options: { data: { type: 'string' }, filter: { type: 'string', multiple: true, default: FILTERS } },
});
if (values.data === undefined) throw new Error('Cannot measure: give --data DIR of a filled store');

const openedMs = performance.now();
using store = new TrafficStore({
  ...{ dir: join(values.data, 'capture'), clock: systemClock, log: silentLogger },
  limits: { maxRows: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
});
const { rows, bytes } = store.watermark();
console.log(
  `${rows} rows, ${(bytes / 2 ** 20).toFixed(0)} MiB, opened in ${(performance.now() - openedMs).toFixed(0)} ms`,
);
console.log(
  ['found', 'first ms', 'all ms', 'rows/s', 'held ms'].map((title) => column(title, 10)).join('') + '  filter',
);

/** One search. `held` is the longest piece, measured between two turns of the event loop. */
async function measure(filter) {
  const query = store.query(filter);
  const startedMs = performance.now();
  let [firstMs, turnMs, heldMs] = [Number.NaN, startedMs, 0];
  const turn = () => {
    turnMs = performance.now();
    if (running) setImmediate(turn);
  };
  let running = true;
  setImmediate(turn);
  const { count } = await query.refresh({
    onPiece() {
      const nowMs = performance.now();
      heldMs = Math.max(heldMs, nowMs - turnMs);
      turnMs = nowMs;
      if (Number.isNaN(firstMs) && query.counts().count > 0) firstMs = nowMs - startedMs;
    },
  });
  running = false;
  const allMs = performance.now() - startedMs;
  return [count, firstMs.toFixed(0), allMs.toFixed(0), Math.round((rows / allMs) * 1000), heldMs.toFixed(1)];
}

for (const filter of values.filter) {
  const figures = await measure(filter);
  console.log(`${figures.map((figure) => column(figure, 10)).join('')}  ${filter}`);
}
console.log(`memory: ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
