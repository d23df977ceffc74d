import { useState } from 'react';
import type { BlockRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { errorText } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import { parseMinutes } from './access-fields.ts';
import type { BlockActions } from './use-block-actions.ts';
import styles from './access.module.css';

interface BlockFormProps {
  readonly actions: BlockActions;
  readonly onClose: () => void;
}

const DEFAULT_MINUTES = '10';
const REASON_LIMIT = 200;

/** What the form holds, and what becomes of it. */
function useBlockForm({ actions: { add }, onClose }: BlockFormProps) {
  const [kind, setKind] = useState<BlockRow['kind']>('address');
  const [target, setTarget] = useState('');
  const [minutes, setMinutes] = useState(DEFAULT_MINUTES);
  const [reason, setReason] = useState('');
  const forMs = parseMinutes(minutes);
  const submit = (): void => {
    if (forMs === undefined) return;
    add.mutate(
      { kind, target: target.trim(), reason: reason.trim(), forMs },
      {
        onSuccess: (row) => {
          toast({ title: `${row.target} is blocked` });
          onClose();
        },
      },
    );
  };
  const ready = !add.isPending && forMs !== undefined && target.trim() !== '';
  return { kind, setKind, target, setTarget, minutes, setMinutes, reason, setReason, forMs, submit, ready };
}

/** Who is kept out, for how long, and why. */
export function BlockForm(props: BlockFormProps) {
  const { onClose } = props;
  const { add } = props.actions;
  const { kind, setKind, target, setTarget, minutes, setMinutes, reason, setReason, forMs, submit, ready } =
    useBlockForm(props);
  return (
    <Dialog open onClose={onClose} title="Block">
      <form
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="What" hint="A client's open connections are closed; addresses are refused from now on">
          {(ids) => (
            <Select
              {...ids}
              value={kind}
              onChange={(event) => setKind(event.target.value === 'client' ? 'client' : 'address')}
            >
              <option value="address">Address or range</option>
              <option value="client">Client</option>
            </Select>
          )}
        </Field>
        <Field
          label={kind === 'client' ? 'Client id' : 'Address or range'}
          hint={kind === 'client' ? 'As it is registered' : 'Like 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32'}
          error={add.error === null ? undefined : errorText(add.error)}
        >
          {(ids) => (
            <TextInput
              {...ids}
              mono
              autoFocus
              maxLength={64}
              value={target}
              onChange={(event) => setTarget(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Minutes"
          hint="0 = until it is taken off"
          error={forMs === undefined ? 'Minutes are a whole number from 0 to 525,600' : undefined}
        >
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="numeric"
              value={minutes}
              onChange={(event) => setMinutes(event.target.value)}
            />
          )}
        </Field>
        <Field label="Reason" hint="Kept in the list and in the audit">
          {(ids) => (
            <TextInput
              {...ids}
              maxLength={REASON_LIMIT}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div className={styles['formActions']}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Block
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
