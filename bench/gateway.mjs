// npm run bench:gateway: the example's web site through a real hub and `whub provide http`, under load for a while; then a large
// body each way, with its hash. Ends with 1 when a request failed or a hash differs. See bench/README.md.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { EACH } from '../examples/webapp/assets.mjs';
import { cpuSeconds, numbersOf } from './figures.mjs';
import { Programs, ROOT } from './programs.mjs';

const MIB = 1 << 20;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    connections: { type: 'string', default: '32' },
    mib: { type: 'string', default: '200' },
  },
});
const number = numbersOf(values);

/** What a browser asks for: the page, its files, and the API. */
const PATHS = [
  '/',
  '/site.mjs',
  '/api/greeting?name=bench',
  ...Array.from({ length: EACH }, (_, n) => [
    `/assets/css/${n}.css`,
    `/assets/js/${n}.js`,
    `/assets/img/${n}.svg`,
  ]).flat(),
];

async function load(title, { url, headers, pids }) {
  const before = pids.map(([, pid]) => cpuSeconds(pid));
  const result = await autocannon({
    url,
    headers,
    connections: number('connections'),
    duration: number('seconds'),
    requests: PATHS.map((path) => ({ method: 'GET', path: new URL(url).pathname.replace(/\/$/, '') + path })),
  });
  const failures = result.errors + result.timeouts + result.non2xx;
  const cpu = pids.map(([name, pid], at) => `${name} ${(cpuSeconds(pid) - before[at]).toFixed(1)} s`).join(', ');
  const { requests, latency, duration } = result;
  console.log(
    `${title.padEnd(10)}${requests.total} requests in ${duration} s (${Math.round(requests.total / duration)}/s), ${failures} failed` +
      ` (${result.errors} errors, ${result.timeouts} timeouts, ${result.non2xx} not 2xx), p50 ${latency.p50} ms, p99 ${latency.p99} ms, CPU: ${cpu}`,
  );
  return failures;
}

async function sha(stream) {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

/** One request. @returns its answer, or throws when that is not 200 */
async function ask(url, { headers, method = 'GET', body }) {
  const request = httpRequest(url, { method, headers, agent: false });
  const answered = once(request, 'response');
  if (body === undefined) request.end();
  else await pipeline(body, request);
  const [response] = await answered;
  if (response.statusCode === 200) return response;
  throw new Error(`${method} ${url}: ${response.statusCode}`);
}

const json = async (response) => JSON.parse(Buffer.concat(await Array.fromAsync(response)).toString());

async function timed(title, mib, work) {
  const begunMs = performance.now();
  const isEqual = await work();
  const seconds = (performance.now() - begunMs) / 1000;
  console.log(
    `${title.padEnd(10)}${mib} MiB in ${seconds.toFixed(1)} s (${(mib / seconds).toFixed(0)} MiB/s), SHA-256 ${isEqual ? 'equal' : 'DIFFERS'}`,
  );
  return isEqual;
}

/** A large body each way. @returns true when both arrived as they were sent */
async function transfer(url, headers, mib) {
  const piece = randomBytes(MIB);
  const pieces = Array.from({ length: mib }, () => piece);
  const up = await timed('up', mib, async () => {
    const length = { 'content-length': String(mib * MIB) };
    const answer = await ask(`${url}upload`, {
      headers: { ...headers, ...length },
      method: 'PUT',
      body: Readable.from(pieces),
    });
    return (await json(answer)).sha256 === (await sha(pieces));
  });
  const down = await timed('down', mib, async () => {
    const { sha256 } = await json(await ask(`${url}download/${mib}/sha256`, { headers }));
    return (await sha(await ask(`${url}download/${mib}`, { headers }))) === sha256;
  });
  return up && down;
}

async function bench() {
  await using programs = new Programs();
  const site = await programs.start([join(ROOT, 'examples/webapp/server.mjs')]);
  const target = site.line.replace('webapp ', '');
  const hub = await programs.hub();
  const identity = ['--url', hub.url, '--client', 'bench', '--key', hub.key];
  const provider = await programs.whub('provide', 'http', '--service', 'app', '--target', target, ...identity);
  const url = `${hub.url.replace(/^ws/, 'http')}app/`;
  const headers = { authorization: `Bearer ${hub.key}` };
  const siteCpu = ['site', site.child.pid];
  await load('direct', { url: target, headers: {}, pids: [siteCpu] });
  const pids = [['hub', hub.pid], ['provider', provider.child.pid], siteCpu];
  const failures = await load('hub', { url, headers, pids });
  const isWhole = await transfer(url, headers, number('mib'));
  return failures === 0 && isWhole ? 0 : 1;
}

process.exitCode = await bench();
