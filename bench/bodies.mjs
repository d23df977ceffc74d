// npm run bench:bodies (Linux, after npm run build): how long the console takes to show a large body. See bench/README.md.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { findBrowser } from '../tools/support/browser.mjs';
import { ConsoleBrowser } from './console-browser.mjs';
import { at, numbersOf } from './figures.mjs';
import { Programs } from './programs.mjs';
import { Report } from './report.mjs';

const MB = 1_000_000;
const ROOM = String(64 << 20);
const HELD = String(512 << 20);
const FLAGS = [
  ...['limits.maxFrameBytes', 'limits.maxOutgoingBytes', 'capture.maxBodyBytes'].map((name) => `${name}=${ROOM}`),
  ...['limits.maxHeldRequestBytes', 'capture.budgetBytes'].map((name) => `${name}=${HELD}`),
].flatMap((setting) => ['--set', setting]);

/** Longest task of the page while a body is opened. */
const LONGEST_TASK_MS = 100;

/** No more than so many bytes: of a larger one than 5 MB the console shows the beginning. */
function jsonOf(bytes) {
  const items = [];
  for (let length = 1; ;) {
    const item = JSON.stringify({ id: items.length, name: 'n'.repeat(80), tags: ['a', 'b'], ok: true });
    length += item.length + 1;
    if (length > bytes) return Buffer.from(`[${items.join(',')}]`);
    items.push(item);
  }
}

const BODIES = [
  { name: '5 MB of JSON', path: '/echo/json-5', type: 'application/json', most: 200, make: () => jsonOf(5 * MB) },
  { name: '20 MB of JSON', path: '/echo/json-20', type: 'application/json', most: 400, make: () => jsonOf(20 * MB) },
  {
    ...{ name: '500 KB of bytes', path: '/echo/bytes', type: 'application/octet-stream', most: 100 },
    make: () => randomBytes(500_000),
  },
];

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
});
const rounds = numbersOf(values)('rounds');
const report = new Report(values.json ? () => {} : console.log);
const median = (list) =>
  at(
    list.toSorted((a, b) => a - b),
    0.5,
  );

async function send({ url, key }, { path, type, make }) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': type };
  const answer = await fetch(new URL(path, url.replace(/^ws/, 'http')), { method: 'POST', headers, body: make() });
  if (!answer.ok) throw new Error(`The hub answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

await using programs = new Programs();
const hub = await programs.hub({ flags: FLAGS });
await programs.whub('provide', 'echo', '--service', 'echo', '--url', hub.url, '--client', 'bench', '--key', hub.key);
for (const body of BODIES) await send(hub, body);
const executablePath = process.env.WHUB_BROWSER ?? (await findBrowser());
await using browser = await ConsoleBrowser.open(programs, { executablePath });
await browser.showInspector(hub.consoleUrl);
report.title(`Bodies, opened ${rounds} times each`);
for (const { name, path, most } of BODIES) {
  const opened = [];
  for (let round = 0; round < rounds; round += 1) opened.push(await browser.openReply(path));
  report.budget(`${name}: first text, median`, median(opened.map(({ firstMs }) => firstMs)), { most });
  report.figure(`${name}: first text, slowest`, Math.max(...opened.map(({ firstMs }) => firstMs)));
  report.budget(`${name}: longest task`, Math.max(0, ...opened.flatMap(({ longTasks }) => longTasks)), {
    most: LONGEST_TASK_MS,
  });
}
if (values.json) console.log(JSON.stringify({ rounds, figures: report.figures }));
