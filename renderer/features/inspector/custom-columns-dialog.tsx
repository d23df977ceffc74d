import { useState } from 'react';
import { Pencil, Trash2 } from 'lucide-react';
import { MAX_COLUMN_NAME, MAX_COLUMN_PATH, MAX_COLUMNS } from '../../../hub-core/console/contract/columns-contract.ts';
import type { CustomColumn } from '../../../hub-core/console/contract/columns-contract.ts';
import {
  addColumn,
  changeColumn,
  fillColumn,
  removeColumn,
  revertColumn,
  useCustomColumns,
} from '../../state/custom-columns.ts';
import type { ColumnProblem } from '../../state/custom-columns.ts';
import { EMPTY_COLUMN, useInspector } from '../../state/inspector.ts';
import type { ColumnDraft } from '../../state/inspector.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { plural } from '../../ui/format.ts';
import { toast } from '../../ui/toasts.ts';
import styles from './inspector.module.css';

const close = (): void => useInspector.setState({ columnDraft: null });

function Fill({ column }: { readonly column: CustomColumn }) {
  if (column.unfilledRows === 0) return <span />;
  const rows = plural(column.unfilledRows, 'earlier row');
  if (column.fills) return <span>{rows} to be read</span>;
  return (
    <Button small aria-label={`Read earlier rows for ${column.name}`} onClick={() => fillColumn(column)}>
      Read {rows}
    </Button>
  );
}

interface ColumnListProps {
  readonly columns: readonly CustomColumn[];
  readonly onEdit: (draft: ColumnDraft) => void;
}

function ColumnList({ columns, onEdit }: ColumnListProps) {
  if (columns.length === 0) return null;
  return (
    <ul className={styles['columns']} aria-label="Custom columns">
      {columns.map((column) => {
        const { id, name, path, side } = column;
        return (
          <li key={id}>
            <b title={name}>{name}</b>
            <code title={path}>{path}</code>
            <span>{side}</span>
            <Fill column={column} />
            <IconButton
              small
              label={`Change ${name}`}
              icon={<Pencil size={14} aria-hidden />}
              onClick={() => onEdit({ id, name, path, side })}
            />
            <IconButton
              small
              label={`Remove ${name}`}
              icon={<Trash2 size={14} aria-hidden />}
              onClick={() => void removeColumn(column)}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface ColumnFormProps {
  readonly draft: ColumnDraft;
  readonly problem: ColumnProblem | undefined;
  readonly onChange: (draft: ColumnDraft) => void;
  readonly onSave: () => void;
}

function ColumnForm({ draft, problem, onChange, onSave }: ColumnFormProps) {
  const errorOf = (field: string | null): string | undefined =>
    problem?.field === field ? problem.message : undefined;
  const onEnter = (event: { readonly key: string; preventDefault(): void }): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    onSave();
  };
  return (
    <>
      <Field label="Path" hint='As in json: of the filter: $.order.id, $["a b"][0], $..id' error={errorOf('path')}>
        {(ids) => (
          <TextInput
            {...ids}
            mono
            autoFocus
            maxLength={MAX_COLUMN_PATH}
            value={draft.path}
            onChange={(event) => onChange({ ...draft, path: event.target.value })}
            onKeyDown={onEnter}
          />
        )}
      </Field>
      <Field label="Name" hint="Shown above the column" error={errorOf('name')}>
        {(ids) => (
          <TextInput
            {...ids}
            maxLength={MAX_COLUMN_NAME}
            value={draft.name}
            onChange={(event) => onChange({ ...draft, name: event.target.value })}
            onKeyDown={onEnter}
          />
        )}
      </Field>
      <Field
        label="In the body of"
        hint="Of a path that leads to several values the first is shown"
        error={errorOf(null)}
      >
        {(ids) => (
          <Select
            {...ids}
            value={draft.side}
            onChange={(event) => onChange({ ...draft, side: event.target.value === 'reply' ? 'reply' : 'request' })}
          >
            <option value="request">the request</option>
            <option value="reply">the reply</option>
          </Select>
        )}
      </Field>
    </>
  );
}

/** The columns that are defined, for all consoles, and a form for one more or for a change. */
export function CustomColumnsDialog({ first }: { readonly first: ColumnDraft }) {
  const columns = useCustomColumns((state) => state.columns);
  const [draft, setDraft] = useState(first);
  const [problem, setProblem] = useState<ColumnProblem>();
  const [busy, setBusy] = useState(false);
  const { id, name, path, side } = draft;
  const edit = (next: ColumnDraft): void => {
    setProblem(undefined);
    setDraft(next);
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    const wish = { name, path, side };
    const before = columns.find((column) => column.id === id);
    const found = id === undefined ? await addColumn(wish) : await changeColumn(id, wish);
    setBusy(false);
    setProblem(found);
    if (found !== undefined) return;
    const title = `Column “${name.trim()}” ${id === undefined ? 'added' : 'changed'}`;
    if (before === undefined) toast({ title });
    else toast({ title, action: { label: 'Undo', run: () => void revertColumn(before) } });
    close();
  };
  return (
    <Dialog
      open
      wide
      onClose={close}
      title="Custom columns"
      description={`Values of JSON bodies in the list, at most ${String(MAX_COLUMNS)}, the same for every console of this hub.`}
      footer={
        <>
          {id === undefined ? null : <Button onClick={() => edit(EMPTY_COLUMN)}>Add another instead</Button>}
          <Button variant="primary" disabled={busy} onClick={() => void save()}>
            {id === undefined ? 'Add column' : 'Save column'}
          </Button>
        </>
      }
    >
      <ColumnList columns={columns} onEdit={edit} />
      <ColumnForm draft={draft} problem={problem} onChange={edit} onSave={() => void save()} />
    </Dialog>
  );
}
