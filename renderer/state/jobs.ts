import { create } from 'zustand';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { followFeed } from './follow-feed.ts';

/** Something that takes a while, in the store or in this page. */
export interface Job {
  readonly jobId: string;
  readonly kind: 'search' | 'export' | 'import';
  /** A search's filter, a file's name. */
  readonly label: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  /** Wall time. */
  readonly startedMs: number;
  /** Rows, or bytes of a file, that were looked at, of how many. */
  readonly searched: number;
  readonly of: number;
  /** Rows that were found, written or read. */
  readonly found: number;
  /** Why it failed, else ''. */
  readonly message: string;
}

interface Jobs {
  /** Newest last. */
  readonly store: readonly Job[];
}

const useJobLists = create<Jobs>()(() => ({ store: [] }));

export function stopJob(jobId: string): void {
  bridge.capture.jobs
    .stop({ jobId })
    .catch((error: unknown) => toast({ title: 'Cannot stop the job', description: errorText(error), tone: 'error' }));
}

/** Every job, the latest first. */
export function useJobs(): readonly Job[] {
  const { store } = useJobLists();
  return store.toSorted((one, other) => other.startedMs - one.startedMs);
}

export function useRunningJobs(): number {
  const isRunning = ({ state }: Job): boolean => state === 'running';
  return useJobLists(({ store }) => store.filter(isRunning).length);
}

/** Follows the store's jobs until `signal` aborts. */
export function followJobs(signal: AbortSignal): void {
  void followFeed({
    open: () => bridge.capture.jobs.watch(undefined, { signal }),
    onValue: ({ jobs }) => useJobLists.setState({ store: jobs }),
    signal,
  });
}
