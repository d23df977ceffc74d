/** How far a series of resends is. */
export interface ResendProgress {
  readonly sent: number;
  readonly of: number;
  /** How often each status came. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Sends that came to no answer, and what the last of them said. */
  readonly failed: number;
  readonly failure: string;
}

export interface ResendRun {
  readonly count: number;
  /** Between an answer and the next send. */
  readonly intervalMs: number;
  /** @returns the status of the answer */
  readonly send: () => Promise<number>;
  /** Waits, or ends early when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onProgress: (progress: ResendProgress) => void;
  readonly signal: AbortSignal;
}

/** Sends the same again and again, one after another. A send that fails is counted, and the series goes on. */
export async function runResends(run: ResendRun): Promise<ResendProgress> {
  const statuses = new Map<number, number>();
  let progress: ResendProgress = { sent: 0, of: run.count, statuses, failed: 0, failure: '' };
  while (progress.sent < run.count && !run.signal.aborted) {
    if (progress.sent > 0 && run.intervalMs > 0) {
      await run.wait(run.intervalMs, run.signal);
      if (run.signal.aborted) break;
    }
    let { failed, failure } = progress;
    try {
      const status = await run.send();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    } catch (error) {
      failed += 1;
      failure = error instanceof Error ? error.message : String(error);
    }
    progress = { ...progress, sent: progress.sent + 1, statuses: new Map(statuses), failed, failure };
    run.onProgress(progress);
  }
  return progress;
}

/** `200 × 8, 503 × 2, 1 failed: the hub is out of reach`. */
export function resendText({ statuses, failed, failure }: ResendProgress): string {
  const counted = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`);
  return [...counted, ...(failed === 0 ? [] : [`${failed} failed: ${failure}`])].join(', ');
}
