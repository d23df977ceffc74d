import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { bridge, hubQueries } from '../../state/console.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { errorText, plural } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

const REASON_LIMIT = 200;

interface CloseConnectionDialogProps {
  /** At least one. */
  readonly rows: readonly ConnectionRow[];
  readonly onClose: () => void;
}

async function closeAll(rows: readonly ConnectionRow[], reason: string): Promise<number> {
  const answers = await Promise.all(rows.map(({ id }) => bridge.hub.connections.close({ connection: id, reason })));
  return answers.filter(({ closed }) => closed).length;
}

const closedText = (rows: readonly ConnectionRow[], closed: number): string => {
  const [first] = rows;
  if (rows.length !== 1 || first === undefined) {
    const gone = rows.length - closed;
    return `${plural(closed, 'connection')} closed${gone === 0 ? '' : `, ${String(gone)} were gone already`}`;
  }
  return closed === 1 ? `Connection ${first.id} closed` : `Connection ${first.id} was gone already`;
};

/** Closes connections with a reason that the peers are told and the log keeps. */
export function CloseConnectionDialog({ rows, onClose }: CloseConnectionDialogProps) {
  const [reason, setReason] = useState('Closed from the console');
  const queries = useQueryClient();
  const what = rows.length === 1 ? (rows[0]?.id ?? '') : plural(rows.length, 'connection');
  const close = useMutation({
    mutationFn: () => closeAll(rows, reason),
    onSuccess: (closed) => {
      toast({ title: closedText(rows, closed) });
      onClose();
      return queries.invalidateQueries({ queryKey: hubQueries.connections.key() });
    },
    onError: (error) => toast({ title: `Cannot close ${what}`, description: errorText(error), tone: 'error' }),
  });
  const inFlight = rows.reduce((sum, row) => sum + row.inFlight, 0);
  const lost = inFlight === 0 ? '' : ` ${plural(inFlight, 'request')} in flight will fail.`;
  const who = rows.length === 1 ? `“${rows[0]?.client ?? 'anonymous'}” is` : 'Each is';
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Close ${what}?`}
      description={`${who} told the reason and may connect again.${lost}`}
      confirm={rows.length === 1 ? 'Close connection' : `Close ${what}`}
      busy={close.isPending}
      onConfirm={() => close.mutate()}
    >
      <Field label="Reason" hint="Sent to the peer and logged">
        {(ids) => (
          <TextInput
            {...ids}
            value={reason}
            maxLength={REASON_LIMIT}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
