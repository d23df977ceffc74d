import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { bridge } from '../../state/console.ts';
import { actedOn, useInspector } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { plural } from '../../ui/format.ts';
import type { ExchangeList } from './exchange-list.ts';
import { annotateRows } from './row-actions.ts';
import styles from './inspector.module.css';

const close = (): void => useInspector.setState({ noting: false });

function tagsOf(text: string): string[] {
  const words = text.split(',').map((word) => word.trim().slice(0, 64));
  return [...new Set(words.filter((word) => word !== ''))].slice(0, 32);
}

interface NoteFormProps {
  readonly list: ExchangeList;
  readonly seqs: readonly number[];
  readonly comment: string;
  readonly tags: readonly string[];
}

function NoteForm({ list, seqs, comment, tags }: NoteFormProps) {
  const [text, setText] = useState(comment);
  const [words, setWords] = useState(tags.join(', '));
  const save = (): void => {
    close();
    void annotateRows(list, seqs, { comment: text, tags: tagsOf(words) });
  };
  return (
    <Dialog
      open
      onClose={close}
      title={seqs.length === 1 ? `Comment on #${String(seqs[0])}` : `Comment on ${plural(seqs.length, 'row')}`}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Comment" hint="Found by has:comment. Ctrl+Enter saves">
        {(ids) => (
          <textarea
            {...ids}
            autoFocus
            rows={4}
            maxLength={4_096}
            className={styles['comment']}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
            }}
          />
        )}
      </Field>
      <Field label="Tags" hint="With commas between; found by tag:">
        {(ids) => <TextInput {...ids} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
    </Dialog>
  );
}

/** Comment and tags of the rows that are selected, which all get the same. */
export function NoteDialog({ list }: { readonly list: ExchangeList }) {
  const noting = useInspector((inspector) => inspector.noting);
  const selected = useInspector((inspector) => inspector.selectedSeq);
  const { data: detail } = useQuery({
    queryKey: ['note', selected],
    queryFn: () => bridge.capture.exchange({ seq: selected ?? 0 }),
    enabled: noting && selected !== null,
    staleTime: 0,
    gcTime: 0,
  });
  if (!noting || detail === undefined || detail === null) return null;
  return <NoteForm list={list} seqs={actedOn()} comment={detail.row.comment} tags={detail.row.tags} />;
}
