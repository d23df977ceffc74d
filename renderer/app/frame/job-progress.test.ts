import { describe, expect, it } from 'vitest';
import type { Job } from '../../state/jobs.ts';
import { jobProgress } from './job-progress.ts';

const job: Job = {
  ...{ jobId: 'j', kind: 'search', label: 'body:x', state: 'running', startedMs: 0 },
  ...{ searched: 412_000, of: 1_000_000, found: 37, message: '' },
};

describe('jobProgress', () => {
  it('[IN7] tells how far each kind of job has come, and why it failed', () => {
    expect([
      jobProgress(job),
      jobProgress({ ...job, kind: 'export', searched: 256, of: 300, found: 212 }),
      jobProgress({ ...job, kind: 'import', searched: 1_240_000, of: 18_200_000 }),
      jobProgress({ ...job, kind: 'fill', label: 'Order: $.id', searched: 900, of: 1_000 }),
      jobProgress({ ...job, state: 'failed', message: 'Line 3 is no record' }),
    ]).toEqual([
      '412,000 of 1,000,000 searched · 37 found',
      '212 of 300 written',
      '1.24 MB of 18.2 MB read · 37 imported',
      '900 of 1,000 read · 37 found',
      'Line 3 is no record',
    ]);
  });
});
