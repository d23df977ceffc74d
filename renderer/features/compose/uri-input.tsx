import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { hubQueries } from '../../state/console.ts';
import { changeDraft, useDraft } from '../../state/draft.ts';
import { cx } from '../../ui/cx.ts';
import { TextInput } from '../../ui/field.tsx';
import { matchingSuggestions, uriSuggestions } from './uri-suggestions.ts';
import type { UriSuggestion } from './uri-suggestions.ts';
import styles from './compose.module.css';

interface SuggestionListProps {
  readonly id: string;
  readonly items: readonly UriSuggestion[];
  readonly active: number;
  readonly onPick: (item: UriSuggestion) => void;
}

function SuggestionList({ id, items, active, onPick }: SuggestionListProps) {
  return (
    <ul id={id} role="listbox" aria-label="Routes" className={styles['popup']}>
      {items.map((item, index) => (
        <li
          key={`${item.methods} ${item.uri}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          className={cx(styles['option'], index === active && styles['active'])}
          // Before the input loses the focus, which would take the list away.
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(item);
          }}
        >
          <span>{item.uri}</span>
          <span>{item.methods}</span>
        </li>
      ))}
    </ul>
  );
}

/** The uri, with the routes of every service to choose from. */
export function UriInput() {
  const uri = useDraft((state) => state.draft.uri);
  const { data: services } = useQuery(hubQueries.services.list.queryOptions());
  const all = useMemo(() => uriSuggestions(services ?? []), [services]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const id = useId();
  const items = open ? matchingSuggestions(all, uri) : [];

  const close = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const pick = (item: UriSuggestion): void => {
    changeDraft({ uri: item.uri });
    close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const item = items[active];
    if (event.key === 'Escape' && items.length > 0) {
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(items.length === 0 ? -1 : (active + step + items.length) % items.length);
    } else if (event.key === 'Enter' && item !== undefined && !event.ctrlKey && !event.metaKey) {
      pick(item);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div className={styles['uri']}>
      <TextInput
        mono
        role="combobox"
        aria-label="URI"
        aria-autocomplete="list"
        aria-expanded={items.length > 0}
        aria-controls={id}
        aria-activedescendant={active < 0 ? undefined : `${id}-${active}`}
        placeholder="/service/route"
        value={uri}
        onChange={(event) => {
          changeDraft({ uri: event.target.value });
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {items.length > 0 ? <SuggestionList id={id} items={items} active={active} onPick={pick} /> : null}
    </div>
  );
}
