import { useEffect, useState } from 'react';
import { ListFilter, OctagonX } from 'lucide-react';
import { useInspector } from '../../state/inspector.ts';
import { Button } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { formatCount } from '../../ui/format.ts';
import type { ListState, QueryError } from './exchange-list.ts';
import styles from './inspector.module.css';

/** Typing is not a query a key. */
const SETTLE_MS = 150;

const PLACEHOLDER = 'Filter: words, "quoted text", -not, service:math status:error method:GET from:alice';

function Count({ state }: { readonly state: ListState }) {
  const { count, total, searching } = state;
  if (count === undefined) return <span className={styles['count']}>Searching…</span>;
  return (
    <span className={styles['count']} role="status" aria-label="Rows shown">
      {searching ? 'Searching… ' : ''}
      {formatCount(count)} of {formatCount(total)}
    </span>
  );
}

/** What is wrong, over the list so that no row moves; the rows below are those of the last filter that was right. */
function Problem({ error, onMend }: { readonly error: QueryError; readonly onMend: (text: string) => void }) {
  const { message, column, suggestion } = error;
  return (
    <div className={styles['problem']}>
      <span role="alert">
        <OctagonX size={14} aria-hidden />
        {column === undefined ? message : `Column ${column}: ${message}`}
      </span>
      {suggestion === undefined ? null : (
        <Button small onClick={() => onMend(suggestion)}>
          Use {suggestion}
        </Button>
      )}
    </div>
  );
}

/** The filter of the rows, what is wrong with it, and how many rows match. */
export function FilterBar({ state }: { readonly state: ListState }) {
  const filter = useInspector((inspector) => inspector.filter);
  const [text, setText] = useState(filter);
  const [applied, setApplied] = useState(filter);
  // The filter is also set from elsewhere: a tile, the palette.
  if (filter !== applied) {
    setApplied(filter);
    setText(filter);
  }
  useEffect(() => {
    if (text === filter) return;
    const timer = window.setTimeout(() => {
      setApplied(text);
      useInspector.setState({ filter: text });
    }, SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [text, filter]);

  const { error } = state;
  return (
    <div className={styles['filterBar']} role="search">
      <div className={styles['field']}>
        <ListFilter size={14} aria-hidden />
        <TextInput
          mono
          data-page-filter
          aria-label="Filter exchanges"
          aria-invalid={error !== undefined}
          placeholder={PLACEHOLDER}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText('');
          }}
        />
        {error === undefined ? null : <Problem error={error} onMend={setText} />}
      </div>
      <Count state={state} />
    </div>
  );
}
