// npm run bench:streams: one large file through a real hub process, to curl and to an SDK client, and what that does to the
// hub's memory; then the same with readers that hardly read. See bench/README.md.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HubClient } from '../hub-core/client/node/index.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MAIN = join(ROOT, 'hub-core/cli/main.ts');
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

const number = (name) => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`Cannot use --${name} "${values[name]}": give a number above 0`);
};

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

/** Starts a command of the CLI and waits for its first line. */
async function start(args) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`Cannot start whub ${args.join(' ')}: it ended with ${code}`);
    }),
  ]);
  return { child, line };
}

/** Resident memory of the whole process, MiB (Linux). */
function rssMib(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
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

async function bench(folder) {
  const limitMib = number('limit-mib');
  const slowSeconds = number('slow-seconds');
  const warmUpMib = number('warm-up-mib');
  const children = [];
  try {
    const sha = makeFile(join(folder, 'big.bin'), number('mib'));
    makeFile(join(folder, 'warm.bin'), warmUpMib);
    const data = join(folder, 'data');
    const grants = ['--may-call', '*', '--may-provide', '*'];
    const added = execFileSync(process.execPath, [MAIN, 'client', 'add', 'bench', ...grants, '--data', data, '--json']);
    const { key } = JSON.parse(added.toString());
    const hub = await start(['serve', '--port', '0', '--data', data, '--json']);
    children.push(hub.child);
    const { url, pid } = JSON.parse(hub.line);
    const at = { url: url.replace(/^ws/, 'http').replace(/\/$/, ''), key };
    const socket = at.url.replace(/^http/, 'ws');
    const provider = await start([
      'provide',
      'files',
      '--root',
      folder,
      '--service',
      'big',
      '--url',
      socket,
      '--client',
      'bench',
      '--key',
      key,
    ]);
    children.push(provider.child);

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
    // The provider before its hub, or it would try to come back to it.
    for (const child of children.toReversed()) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'whub-streams-'));
try {
  process.exitCode = await bench(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
