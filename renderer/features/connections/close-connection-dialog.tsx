import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { errorText, plural } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';

const REASON_LIMIT = 200;

interface CloseConnectionDialogProps {
  readonly row: ConnectionRow;
  readonly onClose: () => void;
}

/** Closes a connection with a reason that the peer is told and the log keeps. */
export function CloseConnectionDialog({ row, onClose }: CloseConnectionDialogProps) {
  const [reason, setReason] = useState('Closed from the console');
  const queries = useQueryClient();
  const close = useMutation(
    hubQueries.connections.close.mutationOptions({
      onSuccess: ({ closed }) => {
        toast({ title: closed ? `Connection ${row.id} closed` : `Connection ${row.id} was gone already` });
        onClose();
        return queries.invalidateQueries({ queryKey: hubQueries.connections.key() });
      },
      onError: (error) => toast({ title: `Cannot close ${row.id}`, description: errorText(error), tone: 'error' }),
    }),
  );
  const lost = row.inFlight === 0 ? '' : ` ${plural(row.inFlight, 'request')} in flight will fail.`;
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Close ${row.id}?`}
      description={`“${row.client ?? 'anonymous'}” is told the reason and may connect again.${lost}`}
      confirm="Close connection"
      busy={close.isPending}
      onConfirm={() => close.mutate({ connection: row.id, reason })}
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
