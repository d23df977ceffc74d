// npm run bench:webrtc: round trips over WebRTC through a real hub, and what they do to a relay over WebSockets that goes on beside
// them. Hub, provider and callers are processes of their own; what is compared is measured in one run, the floor first and last.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HubClient } from '../hub-core/client/node/index.ts';
import { createHub } from '../hub-core/server/hub/create-hub.ts';

const ME = fileURLToPath(import.meta.url);
const BENCH = { client: 'bench', id: 'bench' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    /** Requests a second over WebRTC beside the relay. */
    rate: { type: 'string', default: '200' },
  },
});

async function runHub(dataDir) {
  const hub = createHub({ dataDir, port: 0 });
  await hub.start();
  const { key } = hub.clients.register(BENCH.client, ['*'], ['*']);
  console.log(JSON.stringify({ port: hub.address.port, key }));
}

async function runProvider(job) {
  const client = await HubClient.connect(job.options);
  const handler = (request) => ({ body: request.bytes() });
  await client.provide({ id: BENCH.id, maxInFlight: 0, routes: [{ pattern: '/echo', handler }] });
  console.log('{}');
}

/** Callers in a closed loop, or at a rate, each reply compared in length. */
async function runCaller({ options, bytes, inFlight, seconds, rate }) {
  const client = await HubClient.connect(options);
  const body = new Uint8Array(bytes).fill(0x62);
  const latencies = [];
  let endMs = 0;
  const call = async () => {
    const begunMs = performance.now();
    const reply = await client.request({ method: 'POST', uri: '/bench/echo', body });
    if (reply.status !== 200 || reply.bytes().length !== bytes) throw new Error(`Cannot go on: status ${reply.status}`);
    latencies.push(performance.now() - begunMs);
  };
  await call();
  latencies.length = 0;
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  endMs = startMs + seconds * 1000;
  const loop = async () => {
    while (performance.now() < endMs) await call();
  };
  const paced = async () => {
    for (let n = 0; performance.now() < endMs; n += 1) {
      await call();
      await sleep(Math.max(0, startMs + ((n + 1) * 1000) / rate - performance.now()));
    }
  };
  await Promise.all(rate === undefined ? Array.from({ length: inFlight }, loop) : [paced()]);
  const took = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
  console.log(
    JSON.stringify({
      perSecond: latencies.length / took,
      p50: at(0.5),
      p99: at(0.99),
      cpuUs: (user + system) / latencies.length,
    }),
  );
  process.exit(0);
}

/** Starts a part of the benchmark. @returns the process, and what its first line says */
async function start(role, job) {
  const child = spawn(process.execPath, [ME, role, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, said: JSON.parse(line) };
}

const call = async (job) => (await start('caller', job)).said;

const show = (title, { perSecond, p50, p99, cpuUs }) =>
  console.log(
    `${title.padEnd(46)}${perSecond.toFixed(0).padStart(8)}/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   caller ${cpuUs.toFixed(0)} µs`,
  );

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function bench() {
  const [rounds, seconds, rate] = [Number(values.rounds), Number(values.seconds), Number(values.rate)];
  const dataDir = mkdtempSync(join(tmpdir(), 'whub-bench-'));
  const children = [];
  try {
    const hub = await start('hub', dataDir);
    children.push(hub.child);
    const { port, key } = hub.said;
    const at = (scheme) => ({ url: `${scheme}://127.0.0.1:${port}`, key, client: BENCH.client });
    children.push((await start('provider', { options: at('ws') })).child);
    const plain = { options: at('ws'), bytes: 128, inFlight: 16, seconds };
    const rtc = { options: at('rtc+http'), seconds };
    show('WebSocket, 128 B, 16 in flight', await call(plain));
    show('WebRTC, 128 B, 1 in flight', await call({ ...rtc, bytes: 128, inFlight: 1 }));
    show('WebRTC, 128 B, 64 in flight', await call({ ...rtc, bytes: 128, inFlight: 64 }));
    show('WebRTC, 16 KiB, 8 in flight', await call({ ...rtc, bytes: 16 << 10, inFlight: 8 }));
    show('WebRTC, 200 KiB, 2 in flight', await call({ ...rtc, bytes: 200 << 10, inFlight: 2 }));
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = await call(plain);
      const [beside, over] = await Promise.all([
        call(plain),
        call({ ...rtc, seconds: seconds + 1, bytes: 128, inFlight: 1, rate }),
      ]);
      // The same load over another WebSocket: what it costs because of what it is, not because of WebRTC.
      const [besideSame] = await Promise.all([
        call(plain),
        call({ options: at('ws'), seconds: seconds + 1, bytes: 128, inFlight: 1, rate }),
      ]);
      const after = await call(plain);
      const alone = (before.perSecond + after.perSecond) / 2;
      ratios.push({ rtc: beside.perSecond / alone, ws: besideSame.perSecond / alone, p99: beside.p99 / before.p99 });
      show(`round ${round + 1}: the relay alone`, before);
      show(`  beside ${over.perSecond.toFixed(0)}/s over WebRTC`, beside);
      show(`  beside the same over a WebSocket`, besideSame);
    }
    const of = (name) => median(ratios.map((ratio) => ratio[name])).toFixed(2);
    console.log(
      `relay beside WebRTC: ${of('rtc')} of alone, p99 ${of('p99')} ×; beside the same over a WebSocket: ${of('ws')}`,
    );
  } finally {
    for (const child of children) child.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const [role, job] = positionals;
if (role === 'hub') await runHub(JSON.parse(job));
else if (role === 'provider') await runProvider(JSON.parse(job));
else if (role === 'caller') await runCaller(JSON.parse(job));
else await bench();
