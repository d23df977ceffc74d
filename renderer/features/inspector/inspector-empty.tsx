import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Watermark } from '../../../hub-core/console/contract/capture-contract.ts';
import { isPaused, setCaptureState, undoClear } from '../../state/capture-actions.ts';
import { hubQueries } from '../../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { goTo } from '../../state/pages.ts';
import { showRows, useInspector } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { errorText, formatCount, plural } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import { Relaxations } from './relaxations.tsx';

interface InspectorEmptyProps {
  readonly watermark: Watermark;
  /** Rows in the store. */
  readonly total: number;
}

function NothingYet() {
  const queries = useQueryClient();
  const start = useMutation(
    hubQueries.samples.start.mutationOptions({
      onSuccess: () => queries.invalidateQueries(),
      onError: (error) => toast({ title: 'Cannot start the sample', description: errorText(error), tone: 'error' }),
    }),
  );
  return (
    <EmptyState
      title="Recording, and nothing has passed yet"
      actions={
        <>
          <Button
            variant="primary"
            onClick={() => {
              openDraft(EMPTY_DRAFT);
              goTo('compose');
            }}
          >
            Send a test request
          </Button>
          <Button disabled={start.isPending} onClick={() => start.mutate(undefined)}>
            Start sample traffic
          </Button>
        </>
      }
    >
      Every request through the hub appears here with its reply.
    </EmptyState>
  );
}

/** Why the list has no rows: not recording, nothing yet, or the filter hides them all. */
export function InspectorEmpty({ watermark, total }: InspectorEmptyProps) {
  const filter = useInspector((inspector) => inspector.filter);
  const { state, cleared } = watermark;
  if (total > 0) {
    return (
      <EmptyState
        title={`0 of ${formatCount(total)} match`}
        actions={
          <Button variant="primary" onClick={() => showRows('')}>
            Clear filter
          </Button>
        }
      >
        <Relaxations filter={filter} />
      </EmptyState>
    );
  }
  if (cleared !== null) {
    return (
      <EmptyState
        title="Capture cleared"
        actions={
          <Button variant="primary" onClick={() => void undoClear()}>
            Undo
          </Button>
        }
      >
        {plural(cleared.rows, 'row')} can be brought back for ten seconds.
      </EmptyState>
    );
  }
  if (isPaused(state)) {
    return (
      <EmptyState
        title="Recording is off"
        actions={
          <Button variant="primary" onClick={() => void setCaptureState('recording')}>
            Record
          </Button>
        }
      >
        Requests pass through the hub, and none of them is kept.
      </EmptyState>
    );
  }
  return <NothingYet />;
}
