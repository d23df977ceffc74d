// npm run bench: what the relay does and costs, through a real hub process, beside the floor (a relay over `ws` that does
// nothing else) and, with --hub, beside the hub of another checkout. See bench/README.md.
import { execFileSync } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { column, median, numbersOf } from './figures.mjs';
import { Programs, ROOT } from './programs.mjs';

const HERE = join(ROOT, 'bench');

const { values } = parseArgs({
  options: {
    hub: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '4' },
    'in-flight': { type: 'string', default: '64' },
    bytes: { type: 'string', default: '1024' },
    transport: { type: 'string', default: 'ws' },
    pin: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const number = numbersOf(values);

/** On its own core, so that relay and load do not take turns on one. */
const pinned = (core, args) =>
  values.pin ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, args];

/** The floor, which is no hub. */
async function startFloor(programs) {
  const { line } = await programs.start([join(HERE, 'floor.mjs'), values.transport], (args) => pinned(0, args));
  const { url, pid } = JSON.parse(line);
  return { name: 'floor', floor: true, url: url.replace(/^http/, 'ws').replace(/\/?$/, '/'), pid };
}

async function startHub(programs, checkout, name) {
  const bare = (dataDir) => [join(HERE, 'bare-hub.mjs'), checkout, dataDir];
  const place = (args) => pinned(0, args);
  const hub = await programs.hub({ checkout, place, program: values.bare ? bare : undefined });
  return { ...hub, name, floor: false };
}

/** One measurement by a load process of its own. */
function measure(relay, options) {
  const job = { ...options, url: relay.url, pid: relay.pid, key: relay.key, floor: relay.floor };
  const [command, args] = pinned(1, [join(HERE, 'load.mjs'), JSON.stringify(job)]);
  return JSON.parse(execFileSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }).toString());
}

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
    transport: values.transport,
  };
  const rounds = number('rounds');
  const relays = [];
  const programs = new Programs();
  try {
    relays.push(await startFloor(programs));
    relays.push(await startHub(programs, ROOT, 'this hub'));
    for (const [index, path] of values.hub.entries()) {
      relays.push(await startHub(programs, resolve(path), `${index + 1}: ${basename(resolve(path))}`));
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
    await programs[Symbol.asyncDispose]();
  }
}

await bench();
