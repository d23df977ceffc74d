import type { Job } from '../../state/jobs.ts';
import { formatBytes, formatCount } from '../../ui/format.ts';

const FOUND: Readonly<Record<Job['kind'], string>> = {
  search: 'found',
  export: 'written',
  import: 'imported',
  fill: 'found',
};

/** How far a job has come: `412,000 of 1,000,000 searched · 37 found`; why it failed, if it did. */
export function jobProgress({ kind, searched, of, found, message }: Job): string {
  if (message !== '') return message;
  const done = `${formatCount(found)} ${FOUND[kind]}`;
  // A file is read by bytes: how many rows it has is not known before its end.
  if (kind === 'import') return `${formatBytes(searched)} of ${formatBytes(of)} read · ${done}`;
  if (kind === 'export') return `${formatCount(found)} of ${formatCount(of)} written`;
  const verb = kind === 'fill' ? 'read' : 'searched';
  return `${formatCount(Math.min(searched, of))} of ${formatCount(of)} ${verb} · ${done}`;
}
