import { seededRandom, type Random } from '../../common/base/random.ts';
import { unlessAborted } from '../support/unless-aborted.ts';
import { crowd, deafReader, FAR_FAULTS, NEAR_FAULTS, type Fault } from './faults.ts';
import type { Verdict } from './ledger.ts';
import type { Scale } from './scale.ts';
import { pause, Stage } from './stage.ts';

/**
 * What the hub's process may hold more after a run than after its warm-up: heaps that have grown to what the load needs, and
 * the store's caches. Measured: see CONTRIBUTING.md.
 */
const MAX_GROWTH_BYTES = 96 << 20;
const WARM_UP_MS = 2_000;
/** Memory that is given back comes back within this time. */
const MEMORY_SETTLES_MS = 3_000;

export interface FaultRunOptions {
  readonly seed: number;
  /** How long faults go on, s. Each happens once alone, whatever this says. */
  readonly seconds: number;
  readonly scale: Scale;
  readonly log: (line: string) => void;
  /** Ends the run: every process of it is gone when the promise settles. */
  readonly signal?: AbortSignal;
}

export interface FaultReport {
  readonly seed: number;
  readonly verdict: Verdict;
  /** Sent while there was a hub. */
  readonly requestsPerSecond: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Why some faults could not be done here. */
  readonly leftOut: string | undefined;
  readonly memoryBeforeBytes: number;
  readonly memoryAfterBytes: number;
  /** What is not as it should be; empty when the run is good. */
  readonly failures: readonly string[];
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const left = [...list];
  return Array.from(list, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

/** The least that the process holds while nothing happens. */
async function settledMemory(stage: Stage): Promise<number> {
  await stage.settle();
  const endMs = Date.now() + MEMORY_SETTLES_MS;
  let least = stage.hub.rssBytes();
  while (Date.now() < endMs) {
    stage.hub.collect();
    await pause(500);
    least = Math.min(least, stage.hub.rssBytes());
  }
  return least;
}

/** Faults at random times: each alone, then several at once until the time is over. */
async function disturb(stage: Stage, endMs: number, run: (fault: Fault) => Promise<void>): Promise<void> {
  const { random } = stage;
  const faults = typeof stage.far === 'string' ? NEAR_FAULTS : [...NEAR_FAULTS, ...FAR_FAULTS];
  for (const fault of shuffled(faults, random)) {
    await pause(random() * 300);
    await run(fault);
  }
  const often = faults.filter((fault) => fault.often);
  while (Date.now() < endMs) {
    const some = shuffled(often, random).slice(0, 2 + Math.floor(random() * 2));
    await Promise.all(some.map(async (fault) => pause(random() * 400).then(() => run(fault))));
  }
}

/** One run from an empty data folder to the verdict. */
export async function runFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { seed, seconds, scale, log, signal = new AbortController().signal } = options;
  const random = seededRandom(seed);
  await using stage = await Stage.set({ random, scale, signal, log });
  const faults: Record<string, number> = {};
  const failures: string[] = [];
  const run = async (fault: Fault): Promise<void> => {
    const startedMs = Date.now();
    try {
      await unlessAborted(signal, fault.run(stage));
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${fault.name}: ${String(error)}`);
    }
    faults[fault.name] = (faults[fault.name] ?? 0) + 1;
    log(`${fault.name} (${String(Date.now() - startedMs)} ms)`);
  };

  stage.order({ order: 'go' });
  await pause(WARM_UP_MS);
  // What asks for the most memory does so once before it is measured: afterwards nothing may ask for more.
  await deafReader.run(stage);
  await crowd.run(stage);
  const memoryBeforeBytes = await settledMemory(stage);
  const startedMs = Date.now();
  stage.order({ order: 'go' });
  await disturb(stage, startedMs + seconds * 1_000, run);
  const upMs = Date.now() - startedMs - stage.ledger.hubDownMs;
  const memoryAfterBytes = await settledMemory(stage);
  const verdict = stage.ledger.verdict();
  const { lost, doubled, mixedUp, wrongKind, examples } = verdict;
  if (lost + doubled + mixedUp + wrongKind > 0) failures.push(...examples);
  const growth = memoryAfterBytes - memoryBeforeBytes;
  if (growth > MAX_GROWTH_BYTES) failures.push(`The hub holds ${mebibytes(growth)} MiB more than before`);
  const requestsPerSecond = (stage.ledger.sentWithHub(startedMs) / upMs) * 1_000;
  const leftOut = typeof stage.far === 'string' ? `no connections half-open: ${stage.far}` : undefined;
  return { seed, verdict, requestsPerSecond, faults, leftOut, memoryBeforeBytes, memoryAfterBytes, failures };
}

export const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);
