// npm run bench:streams: one large file through a real hub process, to curl and to an SDK client, and what that does to the
// hub's memory; then the same with readers that hardly read. See bench/README.md.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HubClient } from '../hub-core/client/node/index.ts';
import { numbersOf } from './figures.mjs';
import { rssMib } from './hub-figures.mjs';
import { Programs } from './programs.mjs';

const MIB = 1 << 20;
const SAMPLE_MS = 50;
const SLOW_BYTES_PER_SECOND = 64 << 10;

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    'warm-up-mib': { type: 'string', default: '256' },
    'slow-seconds': { type: 'string', default: '20' },
    'limit-mib': { type: 'string', default: '32' },
  },
});

const number = numbersOf(values);

/** Writes random bytes. @returns their SHA-256 */
function makeFile(path, mib) {
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  for (let count = 0; count < mib; count += 1) {
    const chunk = randomBytes(MIB);
    hash.update(chunk);
    writeSync(file, chunk);
  }
  closeSync(file);
  return hash.digest('hex');
}

/** Does something while the hub's memory is looked at. */
async function watched(pid, work) {
  let peakMib = rssMib(pid);
  const timer = setInterval(() => (peakMib = Math.max(peakMib, rssMib(pid))), SAMPLE_MS);
  const begunMs = performance.now();
  try {
    const result = await work();
    return { ...result, seconds: (performance.now() - begunMs) / 1000, peakMib, endMib: rssMib(pid) };
  } finally {
    clearInterval(timer);
  }
}

/** The file over HTTP. */
async function byCurl({ url, key }, name, more = []) {
  const args = [
    '-s',
    '--show-error',
    '--fail',
    '-H',
    `Authorization: Bearer ${key}`,
    ...more,
    `${url}/big/get/${name}`,
  ];
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const hash = createHash('sha256');
  let bytes = 0;
  child.stdout.on('data', (chunk) => {
    bytes += chunk.byteLength;
    hash.update(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, bytes, sha: hash.digest('hex') };
}

/** The file over a WebSocket; `pace` waits between two chunks. */
async function byClient({ url, key }, name, pace = () => undefined) {
  await using client = await HubClient.connect({ url: url.replace(/^http/, 'ws'), client: 'bench', key });
  const reply = await client.request({ uri: `/big/get/${name}`, stream: true });
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of reply) {
    bytes += chunk.byteLength;
    hash.update(chunk);
    if ((await pace(bytes)) === false) break;
  }
  return { bytes, sha: hash.digest('hex') };
}

/** Stays at a rate, and stops after a time. */
function slowPace(seconds) {
  const begunMs = performance.now();
  return async (bytes) => {
    const dueMs = begunMs + (bytes / SLOW_BYTES_PER_SECOND) * 1000;
    await sleep(Math.max(0, dueMs - performance.now()));
    return performance.now() - begunMs < seconds * 1000;
  };
}

function print(title, { bytes, seconds, peakMib }, { baseMib, verdict }) {
  const rate = (bytes / MIB / seconds).toFixed(bytes / seconds < MIB ? 3 : 0);
  const grown = `${peakMib >= baseMib ? '+' : ''}${(peakMib - baseMib).toFixed(1)}`;
  console.log(
    `${title.padEnd(28)}${(bytes / MIB).toFixed(1).padStart(8)} MiB in ${seconds.toFixed(1).padStart(5)} s (${rate} MiB/s)   hub at most ${peakMib.toFixed(1)} MiB (${grown})   ${verdict}`,
  );
}

async function bench() {
  const programs = new Programs();
  const folder = programs.folder();
  const limitMib = number('limit-mib');
  const slowSeconds = number('slow-seconds');
  const warmUpMib = number('warm-up-mib');
  try {
    const sha = makeFile(join(folder, 'big.bin'), number('mib'));
    makeFile(join(folder, 'warm.bin'), warmUpMib);
    const { url, pid, key } = await programs.hub({ dataDir: join(folder, 'data') });
    const socket = url.replace(/\/$/, '');
    const at = { url: socket.replace(/^ws/, 'http'), key };
    const identity = ['--url', socket, '--client', 'bench', '--key', key];
    await programs.whub('provide', 'files', '--root', folder, '--service', 'big', ...identity);

    const startedMib = rssMib(pid);
    await byCurl(at, 'warm.bin');
    await byClient(at, 'warm.bin');
    await sleep(3_000);
    const baseMib = rssMib(pid);
    console.log(
      `hub: ${startedMib.toFixed(1)} MiB after its start, ${baseMib.toFixed(1)} MiB after a warm-up of 2 × ${warmUpMib} MiB`,
    );

    let failed = false;
    const judge = (title, result, isWhole) => {
      const isFlat = result.peakMib - baseMib < limitMib;
      failed ||= !isFlat || !isWhole;
      const verdict = isFlat ? `below +${limitMib} MiB` : `ABOVE +${limitMib} MiB`;
      print(title, result, { baseMib, verdict });
    };
    for (const [title, transfer] of [
      ['curl', () => byCurl(at, 'big.bin')],
      ['SDK client', () => byClient(at, 'big.bin')],
    ]) {
      const result = await watched(pid, transfer);
      judge(title, result, result.sha === sha);
      console.log(`  SHA-256 ${result.sha === sha ? 'equal' : `DIFFERS: ${result.sha}`}`);
    }
    const limited = ['--limit-rate', '64K', '--max-time', String(slowSeconds)];
    judge('curl --limit-rate 64K', await watched(pid, () => byCurl(at, 'big.bin', limited)), true);
    judge('SDK client at 64 KiB/s', await watched(pid, () => byClient(at, 'big.bin', slowPace(slowSeconds))), true);
    return failed ? 1 : 0;
  } finally {
    await programs[Symbol.asyncDispose]();
  }
}

process.exitCode = await bench();
