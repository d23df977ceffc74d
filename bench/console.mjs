// npm run bench:console (Linux, after npm run build): the console over a million exchanges, and beside 5,000 requests a second.
// See bench/README.md.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openCapture } from '../hub-core/cli/capture-session.ts';
import { findBrowser } from '../tools/support/browser.mjs';
import { ConsoleBrowser } from './console-browser.mjs';
import { at, numbersOf } from './figures.mjs';
import { metricsOf, rssMib, whenStored } from './hub-figures.mjs';
import { MANAGER, mixHub } from './mix-hub.mjs';
import { Programs } from './programs.mjs';
import { Report } from './report.mjs';
import { fillThroughHub } from './store-filler.mjs';
import { NEEDLE } from './traffic-mix.mjs';

const [HUB_CORE, BROWSER_CORE] = [0, 1];
const STOPS = 8;
const STEADY_BYTES = 1_024;
const WARM_UP_SECONDS = 2;
const LOAD = fileURLToPath(new URL('steady-load.mjs', import.meta.url));

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '5000' },
    'in-flight': { type: 'string', default: '256' },
    data: { type: 'string' },
    pin: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const number = numbersOf(values);
const [rows, seconds, rate, inFlight] = ['rows', 'seconds', 'rate', 'in-flight'].map((name) => number(name));

const report = new Report(values.json ? () => {} : console.log);
const sortedOf = (list) => list.toSorted((a, b) => a - b);

/** Every thread of a running process on one core. */
const pin = (pid, core) => execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });

async function countOf({ url, keys }, query) {
  const target = { url, key: keys.get(MANAGER), client: MANAGER, tls: undefined };
  await using session = await openCapture(target, new AbortController().signal);
  const { count } = await session.capture.open({ query });
  return count;
}

async function memory(hub, when) {
  const of = await metricsOf(hub);
  report.budget(`hub process, resident, ${when}`, rssMib(hub.pid), { unit: 'MiB', most: 700 });
  const [heap, external] = [of('capture_thread_heap_bytes'), of('capture_thread_external_bytes')].map(
    (bytes) => bytes / 2 ** 20,
  );
  report.budget(`capture thread, heap and external, ${when}`, heap + external, { unit: 'MiB', most: 300 });
}

async function fill(hub) {
  const before = await countOf(hub, '');
  if (before >= rows) {
    report.say(`  ${before.toLocaleString('en')} exchanges are there already`);
    return before;
  }
  const startedMs = performance.now();
  await fillThroughHub(hub, { rows: rows - before, seed: 1, inFlight, mayGoOn: () => whenStored(hub) });
  await whenStored(hub, 0);
  const took = (performance.now() - startedMs) / 1000;
  const of = await metricsOf(hub);
  report.figure('exchanges through the hub', rows - before, { unit: '' });
  report.figure('time', took, { unit: 's' });
  report.budget('left out', of('capture_dropped_rows_total') + of('capture_dropped_bodies_total'), {
    unit: '',
    most: 0,
  });
  return rows - before;
}

async function browsing(hub, browser) {
  report.title(`Show 1: ${rows.toLocaleString('en')} exchanges, browsed`);
  report.budget('Inspector, first rows drawn', await browser.showInspector(hub.consoleUrl), { most: 2_000 });
  const stored = await countOf(hub, '');
  const { times, places, end } = await browser.dragThumb(STOPS);
  report.figure(`thumb dragged, ${times.length} stops: rows drawn, median`, at(sortedOf(times), 0.5));
  report.budget('thumb dragged: rows drawn, slowest', Math.max(...times), { most: 150 });
  report.budget('thumb dragged: different places', places, { unit: '', least: STOPS + 1 });
  report.budget('last row reached', end.last + 1, {
    unit: '',
    least: stored,
    note: `row #${end.lastSeq} of ${end.total}`,
  });

  const columns = await browser.filter('status:error dur>50ms', { atMost: stored / 2, withinMs: 30_000 });
  report.figure('status:error dur>50ms, first rows', columns.firstMs);
  const matching = await countOf(hub, 'status:error dur>50ms');
  report.budget('status:error dur>50ms, complete', columns.allMs, { most: 1_000, note: `${columns.found} found` });
  report.budget('rows that it left out', matching - columns.found, { unit: '', most: 0 });

  const search = await browser.filter(`body:"${NEEDLE}"`, { atMost: Math.ceil(stored / 500), withinMs: 60_000 });
  report.budget(`body:"${NEEDLE}", first rows`, search.firstMs, { most: 1_000 });
  report.figure(`body:"${NEEDLE}", complete`, search.allMs, { note: `${search.found} found` });
  report.figure('steps of progress shown', search.progress.length, { unit: '' });
  const stopMs = await browser.stopSearch('body:"no body has this"');
  if (stopMs === undefined) report.say('  there was no time for Stop');
  else report.budget('Stop', stopMs, { most: 200 });
  await browser.clearFilter(stored / 2);

  const heap = await browser.heapMib();
  report.budget('page, JavaScript heap', heap.asItIs, {
    unit: 'MiB',
    most: 250,
    note: `${heap.kept.toFixed(0)} MiB after a collection`,
  });
  await memory(hub, 'after browsing');
}

async function steady(programs, hub) {
  const job = { url: hub.url.replace(/^ws/, 'tcp'), key: hub.keys.get('steady'), pid: hub.pid, transport: 'tcp' };
  const place = values.pin ? (all) => ['taskset', ['-c', String(HUB_CORE), process.execPath, ...all]] : undefined;
  const args = [LOAD, JSON.stringify({ ...job, rate, seconds, warmUpSeconds: WARM_UP_SECONDS, bytes: STEADY_BYTES })];
  return JSON.parse((await programs.start(args, place)).line);
}

function latencies(name, { p50Ms, p95Ms, p99Ms, failed, hubCpu, loadCpu }) {
  report.figure(`latency, console ${name}, p50`, p50Ms);
  report.figure(`latency, console ${name}, p95`, p95Ms);
  report.figure(`latency, console ${name}, p99`, p99Ms);
  report.figure(`processor, console ${name}: hub`, hubCpu * 100, {
    unit: '%',
    note: `load ${Math.round(loadCpu * 100)} %`,
  });
  if (failed > 0) report.budget(`requests that failed, console ${name}`, failed, { unit: '', most: 0 });
}

async function watching(programs, hub, browser) {
  report.title(`Show 2: ${rate.toLocaleString('en')} requests/s for ${seconds} s, ${STEADY_BYTES} B each way`);
  latencies('closed', await steady(programs, hub));
  await whenStored(hub, 0);
  const [of, stored] = [await metricsOf(hub), await countOf(hub, 'service:bench from:steady')];
  await browser.showInspector(hub.consoleUrl);
  await browser.follow();
  await browser.watchFrames();
  const open = await steady(programs, hub);
  const { frames, longTasks } = await browser.endFrames();
  latencies('open', open);
  const sorted = sortedOf(frames);
  report.figure('frames, p50', at(sorted, 0.5));
  report.budget('frames, p95', at(sorted, 0.95), { most: 33 });
  report.figure('frames, p99', at(sorted, 0.99));
  report.figure('frames a second', (1000 * frames.length) / frames.reduce((sum, ms) => sum + ms, 0), { unit: '' });
  report.figure('tasks of more than 100 ms', longTasks.filter((ms) => ms > 100).length, { unit: '' });
  await whenStored(hub, 0);
  const after = await metricsOf(hub);
  const dropped = (name) => after(`capture_dropped_${name}_total`) - of(`capture_dropped_${name}_total`);
  report.figure('requests sent', open.sent, { unit: '' });
  const captured = (await countOf(hub, 'service:bench from:steady')) - stored;
  report.budget('rows captured', captured, { unit: '', least: open.sent - dropped('rows') });
  report.budget('rows left out', dropped('rows'), { unit: '', most: 0 });
  report.budget('bodies left out', dropped('bodies'), { unit: '', most: 0 });
  await memory(hub, 'after watching');
}

await using programs = new Programs();
const hub = await mixHub(programs, { dataDir: values.data, clients: ['steady'] });
report.title(`Fill: ${rows.toLocaleString('en')} exchanges of mixed sizes through the hub`);
await fill(hub);
const executablePath = process.env.WHUB_BROWSER ?? (await findBrowser());
{
  await using browser = await ConsoleBrowser.open(programs, { executablePath });
  await browsing(hub, browser);
}
if (values.pin) pin(hub.pid, HUB_CORE);
{
  const core = values.pin ? BROWSER_CORE : undefined;
  await using browser = await ConsoleBrowser.open(programs, { executablePath, core });
  await watching(programs, hub, browser);
}
if (values.json) console.log(JSON.stringify({ rows, seconds, rate, pinned: values.pin, figures: report.figures }));
const { missed } = report;
report.say(missed.length === 0 ? '\nEvery budget is kept.' : `\n${missed.length} budgets are missed.`);
if (values.strict && missed.length > 0) process.exitCode = 1;
