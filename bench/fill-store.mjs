// npm run bench:fill: fills the traffic store of a data folder with exchanges of mixed sizes, through a real hub or, for a quick
// start, written as its capture would. See bench/README.md.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { numbersOf } from './figures.mjs';
import { metricsOf, whenStored } from './hub-figures.mjs';
import { mixHub } from './mix-hub.mjs';
import { Programs } from './programs.mjs';
import { fillDirectly, fillThroughHub } from './store-filler.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    direct: { type: 'boolean', default: false },
    'in-flight': { type: 'string', default: '256' },
  },
});
const number = numbersOf(values);
const { data } = values;
if (data === undefined) throw new Error('Cannot fill a store: give --data DIR');
const [rows, seed, inFlight] = [number('rows'), number('seed'), number('in-flight')];

const startedMs = performance.now();
if (values.direct) {
  const { rows: stored, bytes } = fillDirectly(join(data, 'capture'), { rows, seed });
  console.log(`${stored} rows, ${(bytes / 2 ** 20).toFixed(0)} MiB on disk`);
} else {
  await using programs = new Programs();
  const hub = await mixHub(programs, { dataDir: data });
  await fillThroughHub(hub, { rows, seed, inFlight, mayGoOn: () => whenStored(hub) });
  await whenStored(hub, 0);
  const of = await metricsOf(hub);
  console.log(`${of('capture_dropped_rows_total')} rows and ${of('capture_dropped_bodies_total')} bodies left out`);
}
const seconds = (performance.now() - startedMs) / 1000;
console.log(`${rows} exchanges in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)}/s`);
