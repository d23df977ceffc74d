/** `npm run test:faults -- --runs 5 --seed 1 --seconds 20`: runs of the fault suite, each with its figures; 1 when one is bad. */
import { parseArgs } from 'node:util';
import { mebibytes, runFaults, type FaultReport } from './fault-run.ts';
import { FULL_SCALE } from './scale.ts';

/** What the suite is for: a run with less says nothing. */
const LEAST_REQUESTS_PER_SECOND = 2_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    verbose: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'runs' | 'seed' | 'seconds', fallback: number): number {
  const given = values[name];
  if (given === undefined) return fallback;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Error(`Cannot use --${name} "${given}": give a whole number`);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name}: ${String(count)}`)
    .join(', ');
}

function show(report: FaultReport): void {
  const { requests, answers, lost, doubled, mixedUp, wrongKind } = report.verdict;
  print(`  requests sent   ${String(requests)} (${report.requestsPerSecond.toFixed(0)}/s while the hub was up)`);
  print(`  answers         ${listOf(answers)}`);
  print(
    `  lost ${String(lost)}, doubled ${String(doubled)}, mixed up ${String(mixedUp)}, of the wrong kind ${String(wrongKind)}`,
  );
  print(
    `  hub memory      before ${mebibytes(report.memoryBeforeBytes)} MiB, after ${mebibytes(report.memoryAfterBytes)} MiB`,
  );
  print(`  faults          ${listOf(report.faults)}`);
  if (report.leftOut !== undefined) print(`  left out        ${report.leftOut}`);
  for (const failure of report.failures) print(`  ✗ ${failure}`);
}

const runs = wholeNumber('runs', 1);
const seconds = wholeNumber('seconds', 20);
const firstSeed = wholeNumber('seed', Math.floor(Math.random() * 1e9));
let bad = 0;
for (let index = 0; index < runs; index += 1) {
  const seed = firstSeed + index;
  print(`run ${String(index + 1)} of ${String(runs)}, seed ${String(seed)}`);
  const report = await runFaults({
    seed,
    seconds,
    scale: FULL_SCALE,
    log: (line) => (values.verbose ? print(`    ${line}`) : undefined),
  });
  show(report);
  const slow = report.requestsPerSecond < LEAST_REQUESTS_PER_SECOND;
  if (slow) print(`  ✗ Below ${String(LEAST_REQUESTS_PER_SECOND)} requests/s: this machine has something else to do`);
  if (slow || report.failures.length > 0) bad += 1;
}
print(bad === 0 ? `${String(runs)} of ${String(runs)} runs good` : `${String(bad)} of ${String(runs)} runs bad`);
process.exitCode = bad === 0 ? 0 : 1;
