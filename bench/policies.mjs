// npm run bench:policies: what the callers of a pool feel of one slow provider under each policy, in one run through a real hub
// process. See bench/README.md.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HubClient } from '../hub-core/client/node/index.ts';
import { at, column, median, numbersOf } from './figures.mjs';
import { Programs } from './programs.mjs';

const POLICIES = ['round-robin', 'least-in-flight', 'two-choices'];
const REFERENCE = 'round-robin';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    providers: { type: 'string', default: '8' },
    'in-flight': { type: 'string', default: '64' },
    'work-ms': { type: 'string', default: '20' },
    slower: { type: 'string', default: '20' },
  },
});

const number = numbersOf(values);

/** One of the pool: works on any number of requests at a time, each for so long. */
async function provide(target, workMs) {
  const client = await HubClient.connect(target);
  const counts = Object.fromEntries(POLICIES.map((policy) => [policy, 0]));
  for (const policy of POLICIES) {
    await client.provide({
      id: policy,
      policy,
      max_in_flight: 0,
      routes: [
        {
          pattern: '/work',
          methods: ['GET'],
          async handler() {
            counts[policy] += 1;
            await sleep(workMs);
            return { json: {} };
          },
        },
      ],
    });
  }
  return { client, counts };
}

/** A closed loop: so many requests are always under way. @returns their latencies, ms */
async function load(client, service, { seconds, inFlight }) {
  const latencies = [];
  const endMs = performance.now() + seconds * 1000;
  const one = async () => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      const reply = await client.request({ uri: `/${service}/work`, timeoutMs: 60_000 });
      if (reply.status !== 200) throw new Error(`Cannot use the measurement: "${service}" answered ${reply.status}`);
      latencies.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return latencies;
}

async function bench() {
  const options = { seconds: number('seconds'), inFlight: number('in-flight') };
  const [workMs, slower, providers, rounds] = ['work-ms', 'slower', 'providers', 'rounds'].map((name) => number(name));
  const programs = new Programs();
  const { url, key } = await programs.hub();
  const target = { url, key };
  try {
    const slow = await provide(target, workMs * slower);
    for (let index = 1; index < providers; index += 1) await provide(target, workMs);
    const caller = await HubClient.connect(target);
    console.log(
      `${providers} providers of ${workMs} ms a request, one of them ${slower} × slower, ${options.inFlight} requests under way\n`,
    );
    console.log(
      `${' '.repeat(26)}${['requests/s', 'p50 ms', 'p99 ms', 'to the slow'].map((text) => column(text)).join('')}`,
    );
    const p99 = new Map(POLICIES.map((policy) => [policy, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const policy of round % 2 === 0 ? POLICIES : POLICIES.toReversed()) {
        const before = slow.counts[policy];
        const sorted = (await load(caller, policy, options)).toSorted((a, b) => a - b);
        const share = (slow.counts[policy] - before) / sorted.length;
        p99.get(policy).push(at(sorted, 0.99));
        const figures = [(sorted.length / options.seconds).toFixed(0), at(sorted, 0.5).toFixed(1)];
        console.log(
          `round ${round + 1}  ${policy.padEnd(17)}${[...figures, at(sorted, 0.99).toFixed(1), `${(share * 100).toFixed(2)} %`].map((text) => column(text)).join('')}`,
        );
      }
    }
    console.log(`\nmedian of each round's p99 under ${REFERENCE}, divided by that under`);
    for (const policy of POLICIES) {
      if (policy === REFERENCE) continue;
      const ratio = median(p99.get(policy).map((ms, round) => p99.get(REFERENCE)[round] / ms));
      console.log(`${policy.padEnd(17)} ${ratio.toFixed(1)} ×`);
    }
  } finally {
    await programs[Symbol.asyncDispose]();
  }
}

await bench();
process.exit();
