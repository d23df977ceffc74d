// npm run bench: what the relay does and costs, through a real hub process, beside the floor (a relay over `ws` that does
// nothing else) and, with --hub, beside the hub of another checkout. See bench/README.md.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);

const { values } = parseArgs({
  options: {
    hub: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '4' },
    'in-flight': { type: 'string', default: '64' },
    bytes: { type: 'string', default: '1024' },
    pin: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const number = (name) => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`Cannot use --${name} "${values[name]}": give a number above 0`);
};

/** On its own core, so that relay and load do not take turns on one. */
const pinned = (core, args) =>
  values.pin ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, args];

/** Starts a relay and waits until it says that it is ready. */
async function start(subject, args) {
  const [command, all] = pinned(0, args);
  const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`Cannot start ${subject.name}: it ended with ${code}`);
    }),
  ]);
  const { url, pid } = JSON.parse(line);
  // The hub speaks WebSocket where it tells an http address.
  return { ...subject, child, url: url.replace(/^http/, 'ws').replace(/\/?$/, '/'), pid };
}

async function startHub(checkout, name) {
  const dataDir = mkdtempSync(join(tmpdir(), 'whub-bench-'));
  const main = join(checkout, 'hub-core/cli/main.ts');
  const grants = ['--may-call', '*', '--may-provide', '*'];
  const added = execFileSync(process.execPath, [
    main,
    'client',
    'add',
    'bench',
    ...grants,
    '--data',
    dataDir,
    '--json',
  ]);
  const { key } = JSON.parse(added.toString());
  const program = values.bare
    ? [join(HERE, 'bare-hub.mjs'), checkout, dataDir]
    : [main, 'serve', '--port', '0', '--data', dataDir, '--json'];
  return start({ name, key, dataDir, floor: false }, program);
}

/** One measurement by a load process of its own. */
function measure(relay, options) {
  const job = { ...options, url: relay.url, pid: relay.pid, key: relay.key, floor: relay.floor };
  const [command, args] = pinned(1, [join(HERE, 'load.mjs'), JSON.stringify(job)]);
  return JSON.parse(execFileSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }).toString());
}

const median = (list) => {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const column = (text, width = 12) => String(text).padStart(width);

function print(relays, results, reference) {
  console.log(
    `\n${'median'.padEnd(24)}${column('requests/s')}${column('p50 ms')}${column('p99 ms')}${column('CPU µs/req')}`,
  );
  for (const { name } of relays) {
    const of = (figure) => median(results.get(name).map((result) => result[figure]));
    const figures = [of('requestsPerSecond').toFixed(0), of('p50Ms').toFixed(2), of('p99Ms').toFixed(2)];
    console.log(
      `${name.padEnd(24)}${[...figures, of('cpuMicroseconds').toFixed(1)].map((text) => column(text)).join('')}`,
    );
  }
  console.log(`\nmedian of each round's ratio to "${reference}" (more requests, less CPU is better)`);
  for (const { name } of relays) {
    if (name === reference) continue;
    const ratio = (figure) =>
      median(results.get(name).map((result, round) => result[figure] / results.get(reference)[round][figure]));
    console.log(
      `${name.padEnd(24)} requests/s × ${ratio('requestsPerSecond').toFixed(3)}   p99 × ${ratio('p99Ms').toFixed(3)}   CPU × ${ratio('cpuMicroseconds').toFixed(3)}`,
    );
  }
}

async function bench() {
  const options = {
    seconds: number('seconds'),
    connections: number('connections'),
    inFlight: number('in-flight'),
    bytes: number('bytes'),
  };
  const rounds = number('rounds');
  const relays = [];
  try {
    relays.push(await start({ name: 'floor', floor: true }, [join(HERE, 'floor.mjs')]));
    relays.push(await startHub(ROOT, 'this hub'));
    for (const [index, path] of values.hub.entries()) {
      relays.push(await startHub(resolve(path), `${index + 1}: ${basename(resolve(path))}`));
    }
    for (const relay of relays) measure(relay, { ...options, seconds: 1, warmUpSeconds: 1 });
    const results = new Map(relays.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      // Every other round the other way round, so that what changes with time favours none.
      for (const relay of round % 2 === 0 ? relays : relays.toReversed()) {
        const result = measure(relay, { ...options, warmUpSeconds: 0.5 });
        results.get(relay.name).push(result);
        const { requestsPerSecond, p99Ms, cpuMicroseconds } = result;
        if (!values.json) {
          console.log(
            `round ${round + 1}  ${relay.name.padEnd(24)}${column(requestsPerSecond.toFixed(0))}/s  p99 ${p99Ms.toFixed(2)} ms  CPU ${cpuMicroseconds.toFixed(1)} µs`,
          );
        }
      }
    }
    if (values.json) console.log(JSON.stringify({ options, rounds, results: Object.fromEntries(results) }));
    else print(relays, results, 'this hub');
  } finally {
    for (const { child, dataDir } of relays) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

await bench();
