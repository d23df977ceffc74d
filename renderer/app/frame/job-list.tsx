import { stopJob, useJobs } from '../../state/jobs.ts';
import type { Job } from '../../state/jobs.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { TableColumn } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatClock } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import type { Tone } from '../../ui/status.tsx';
import { jobProgress } from './job-progress.ts';

const TONES: Readonly<Record<Job['state'], Tone>> = {
  running: 'pending',
  done: 'ok',
  stopped: 'muted',
  failed: 'error',
};
const KINDS: Readonly<Record<Job['kind'], string>> = {
  search: 'Search',
  export: 'Export',
  import: 'Import',
  fill: 'Column',
};

function showFound(filter: string): void {
  showRows(filter);
  goTo('inspector');
}

function JobActions({ job }: { readonly job: Job }) {
  if (job.state === 'running') {
    return (
      <Button small onClick={() => stopJob(job.jobId)}>
        Stop
      </Button>
    );
  }
  if (job.kind === 'search') {
    return (
      <Button small variant="ghost" onClick={() => showFound(job.label)}>
        Search again
      </Button>
    );
  }
  return null;
}

const COLUMNS: readonly TableColumn<Job>[] = [
  { id: 'started', header: 'Started', width: 88, mono: true, cell: (job) => formatClock(job.startedMs).slice(0, 8) },
  { id: 'kind', header: 'Job', width: 72, cell: (job) => KINDS[job.kind] },
  {
    id: 'state',
    header: 'State',
    width: 96,
    cell: (job) => (
      <Status tone={TONES[job.state]} word={job.state} title={job.message === '' ? undefined : job.message} />
    ),
  },
  { id: 'progress', header: 'Progress', width: 320, cell: (job) => jobProgress(job) },
  { id: 'actions', header: 'Actions', width: 124, cell: (job) => <JobActions job={job} /> },
  {
    id: 'label',
    header: 'What',
    width: 200,
    grow: true,
    mono: true,
    cell: (job) => <span title={job.label}>{job.label === '' ? 'everything' : job.label}</span>,
  },
];

/** Searches, exports, imports and the filling of columns, the latest first. */
export function JobList() {
  const jobs = useJobs();
  if (jobs.length === 0) {
    return (
      <EmptyState title="No jobs">
        Searches through bodies, exports, imports and the filling of columns appear here while they run.
      </EmptyState>
    );
  }
  return <DataTable label="Jobs" columns={COLUMNS} rows={jobs} rowId={(job) => job.jobId} />;
}
