import { Plus, X } from 'lucide-react';
import { changeDraft, useDraft } from '../../state/draft.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import styles from './compose.module.css';

/** The headers, one a line; names may repeat. */
export function HeadersEditor() {
  const headers = useDraft((state) => state.draft.headers);
  const change = (index: number, header: readonly [string, string]): void =>
    changeDraft({ headers: headers.with(index, header) });
  return (
    <section className={styles['headersTable']} aria-label="Headers">
      <div className={styles['headersTitle']}>
        Headers
        <Button
          small
          variant="ghost"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => changeDraft({ headers: [...headers, ['', '']] })}
        >
          Add header
        </Button>
      </div>
      {headers.map(([name, value], index) => (
        // Lines are edited in place and names repeat: the place is the key.
        <div key={index} className={styles['header']}>
          <TextInput
            mono
            aria-label={`Name of header ${index + 1}`}
            placeholder="name"
            value={name}
            onChange={(event) => change(index, [event.target.value, value])}
          />
          <TextInput
            mono
            aria-label={`Value of header ${index + 1}`}
            placeholder="value"
            value={value}
            onChange={(event) => change(index, [name, event.target.value])}
          />
          <IconButton
            label={`Remove header ${index + 1}`}
            icon={<X size={14} aria-hidden />}
            onClick={() => changeDraft({ headers: headers.toSpliced(index, 1) })}
          />
        </div>
      ))}
    </section>
  );
}
