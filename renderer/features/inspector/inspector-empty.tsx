import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CaptureState } from '../../../hub-core/console/contract/capture-contract.ts';
import { isPaused, setCaptureState } from '../../state/capture-actions.ts';
import { hubQueries } from '../../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { goTo } from '../../state/pages.ts';
import { showRows } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { errorText, formatCount } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

interface InspectorEmptyProps {
  readonly capture: CaptureState;
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
export function InspectorEmpty({ capture, total }: InspectorEmptyProps) {
  if (total > 0) {
    return (
      <EmptyState
        title={`0 of ${formatCount(total)} match`}
        actions={
          <Button variant="primary" onClick={() => showRows('')}>
            Clear filter
          </Button>
        }
      />
    );
  }
  if (isPaused(capture)) {
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
