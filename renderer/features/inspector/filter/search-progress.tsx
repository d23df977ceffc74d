import { CircleCheck, CircleStop, LoaderCircle, OctagonX } from 'lucide-react';
import { bridge } from '../../../state/console.ts';
import { Button } from '../../../ui/button.tsx';
import { errorText, formatCount } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';
import type { ExchangeList, ListState } from '../exchange-list.ts';
import { progressText } from './progress-text.ts';
import styles from './filter.module.css';

function stop(jobId: string): void {
  bridge.capture.jobs
    .stop({ jobId })
    .catch((error: unknown) =>
      toast({ title: 'Cannot stop the search', description: errorText(error), tone: 'error' }),
    );
}

interface SearchProgressProps {
  readonly list: ExchangeList;
  readonly state: ListState;
}

/** How many rows match, or how far the search for them has come: "0" only when it is complete. */
export function SearchProgress({ list, state }: SearchProgressProps) {
  const { count, total, complete, jobId, error } = state;
  if (count === undefined || complete) {
    const Icon = error !== undefined ? OctagonX : count === undefined ? LoaderCircle : CircleCheck;
    return (
      <span className={styles['count']} role="group" aria-label="Rows shown" data-tone={error ? 'error' : 'ok'}>
        <Icon size={14} aria-hidden />
        {error === undefined ? '' : 'Not understood; last result: '}
        {count === undefined ? 'Searching…' : `${formatCount(count)} of ${formatCount(total)}`}
      </span>
    );
  }
  return (
    <span className={styles['count']} role="group" aria-label="Rows shown" data-tone="pending">
      {jobId === null ? <CircleStop size={14} aria-hidden /> : <LoaderCircle size={14} aria-hidden />}
      {progressText(state)}
      {jobId === null ? (
        <Button small onClick={() => list.reopen()}>
          Search again
        </Button>
      ) : (
        <Button small onClick={() => stop(jobId)}>
          Stop
        </Button>
      )}
    </span>
  );
}
