import { availableParallelism } from 'node:os';
import type { Clock } from '../../../common/base/clock.ts';

const MICROSECONDS = 1e6;

/** How the hub's process is doing, threads that are not the hub's own included. */
export interface ProcessFigures {
  readonly nodeVersion: string;
  readonly cores: number;
  /** From the process's start. */
  readonly uptimeSec: number;
  /** Processor time used since the process's start. */
  readonly cpuSec: number;
  /** Processor time of the last full second, in parts of one core. */
  readonly cpuShare: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
};

/** Reads the process's figures; `sample` is called once a second for what is a rate. */
export class ProcessProbe {
  readonly #clock: Clock;
  #sinceMs: number;
  #cpuSec = cpuSeconds();
  #cpuShare = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  sample(): void {
    const [nowMs, cpuSec] = [this.#clock.nowMs(), cpuSeconds()];
    this.#cpuShare = (cpuSec - this.#cpuSec) / (Math.max(nowMs - this.#sinceMs, 1) / 1000);
    this.#sinceMs = nowMs;
    this.#cpuSec = cpuSec;
  }

  figures(): ProcessFigures {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return {
      nodeVersion: process.versions.node,
      cores: availableParallelism(),
      uptimeSec: process.uptime(),
      cpuSec: cpuSeconds(),
      cpuShare: this.#cpuShare,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      externalBytes: external,
    };
  }
}
