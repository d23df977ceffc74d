import { create } from 'zustand';
import { errorText } from '../ui/format.ts';
import { toast } from '../ui/toasts.ts';
import { bridge } from './console.ts';
import { followFeed } from './follow-feed.ts';

/** Something that takes a while, in the store or in this page. */
export interface Job {
  readonly jobId: string;
  readonly kind: 'search' | 'export' | 'import' | 'fill';
  /** A search's filter, a file's name, a column with its path. */
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
  /** Of the store, newest last. */
  readonly store: readonly Job[];
  /** Of this page. */
  readonly page: readonly Job[];
}

const useJobLists = create<Jobs>()(() => ({ store: [], page: [] }));
const stops = new Map<string, () => void>();

/** Jobs that ended are shown for a while. */
const MAX_ENDED = 20;

/** A job of this page, for whoever does it. */
export interface PageJob {
  /** Aborts when someone stops it. */
  readonly signal: AbortSignal;
  progress(change: Partial<Pick<Job, 'searched' | 'of' | 'found'>>): void;
  /** Without effect when it was stopped before. */
  end(state: 'done' | 'failed', message?: string): void;
}

function changePageJob(jobId: string, change: Partial<Job>): void {
  useJobLists.setState(({ page }) => ({
    page: page.map((job) => (job.jobId === jobId && job.state === 'running' ? { ...job, ...change } : job)),
  }));
}

export function startPageJob(job: Pick<Job, 'kind' | 'label' | 'of'>): PageJob {
  const jobId = crypto.randomUUID();
  const stopped = new AbortController();
  const started: Job = { ...job, jobId, state: 'running', startedMs: Date.now(), searched: 0, found: 0, message: '' };
  useJobLists.setState(({ page }) => ({
    page: [
      ...page.filter(({ state }) => state === 'running'),
      ...page.filter(({ state }) => state !== 'running').slice(-MAX_ENDED),
      started,
    ],
  }));
  stops.set(jobId, () => {
    changePageJob(jobId, { state: 'stopped' });
    stopped.abort();
  });
  return {
    signal: stopped.signal,
    progress: (change) => changePageJob(jobId, change),
    end(state, message = '') {
      stops.delete(jobId);
      changePageJob(jobId, { state, message });
    },
  };
}

export function stopJob(jobId: string): void {
  const stop = stops.get(jobId);
  if (stop !== undefined) {
    stops.delete(jobId);
    stop();
    return;
  }
  bridge.capture.jobs
    .stop({ jobId })
    .catch((error: unknown) => toast({ title: 'Cannot stop the job', description: errorText(error), tone: 'error' }));
}

/** Every job, the latest first. */
export function useJobs(): readonly Job[] {
  const { store, page } = useJobLists();
  return [...store, ...page].toSorted((one, other) => other.startedMs - one.startedMs);
}

export function useRunningJobs(): number {
  const isRunning = ({ state }: Job): boolean => state === 'running';
  return useJobLists(({ store, page }) => store.filter(isRunning).length + page.filter(isRunning).length);
}

/** Follows the store's jobs until `signal` aborts. */
export function followJobs(signal: AbortSignal): void {
  void followFeed({
    open: () => bridge.capture.jobs.watch(undefined, { signal }),
    onValue: ({ jobs }) => useJobLists.setState({ store: jobs }),
    signal,
  });
}
