import { useId } from 'react';
import type { KeyboardEvent } from 'react';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { listKey, movedIndex } from '../../ui/keys.ts';
import { plural } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { PROVIDER_TONES, serviceHealth } from './health.ts';
import { methodsText } from './tree-rows.ts';
import type { TreeRow } from './tree-rows.ts';
import styles from './service-tree.module.css';

interface ServiceTreeProps {
  readonly rows: readonly TreeRow[];
  readonly selectedId: string | null;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (service: string, open: boolean) => void;
}

const ROWS_PER_PAGE = 10;

function Line({ row }: { readonly row: TreeRow }) {
  switch (row.kind) {
    case 'service': {
      const { tone } = serviceHealth(row.service);
      const note = row.service.builtIn ? 'built in' : plural(row.service.providers.length, 'provider');
      return (
        <>
          <span className={styles['twisty']} data-toggle>
            {row.open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          </span>
          <Status named tone={tone} word={row.service.id} />
          <span className={styles['note']}>{note}</span>
        </>
      );
    }
    case 'route':
      return (
        <>
          <span className={styles['methods']}>{methodsText(row.route)}</span>
          <span className={styles['name']}>{row.route.pattern}</span>
        </>
      );
    case 'provider':
      return (
        <>
          <Status named tone={PROVIDER_TONES[row.provider.state]} word={row.provider.client} />
          <span className={styles['note']}>
            {row.provider.connection} · {row.provider.state}
          </span>
        </>
      );
  }
}

/** Services, their routes and providers, worked by arrow keys as trees are. */
export function ServiceTree({ rows, selectedId, onSelect, onToggle }: ServiceTreeProps) {
  const prefix = useId();
  const index = rows.findIndex((row) => row.id === selectedId);

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[index];
    if (row !== undefined && (event.key === 'ArrowRight' || event.key === 'ArrowLeft' || event.key === 'Enter')) {
      event.preventDefault();
      if (row.kind !== 'service') onSelect(event.key === 'ArrowLeft' ? row.service.id : row.id);
      else onToggle(row.service.id, event.key === 'Enter' ? !row.open : event.key === 'ArrowRight');
      return;
    }
    const key = listKey(event);
    const next = key && movedIndex(key, { index, count: rows.length, rowsPerPage: ROWS_PER_PAGE });
    const target = next === undefined ? undefined : rows[next];
    if (target === undefined) return;
    event.preventDefault();
    onSelect(target.id);
    document.getElementById(`${prefix}-${target.id}`)?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <div
      role="tree"
      aria-label="Services"
      tabIndex={0}
      className={styles['tree']}
      aria-activedescendant={index < 0 ? undefined : `${prefix}-${rows[index]?.id}`}
      onKeyDown={onKeyDown}
    >
      {rows.map((row) => (
        <div
          key={row.id}
          id={`${prefix}-${row.id}`}
          role="treeitem"
          aria-level={row.kind === 'service' ? 1 : 2}
          data-level={row.kind === 'service' ? 1 : 2}
          aria-selected={row.id === selectedId}
          aria-expanded={row.kind === 'service' ? row.open : undefined}
          className={styles['item']}
          onClick={(event) => {
            onSelect(row.id);
            const twisty = event.target instanceof Element && event.target.closest('[data-toggle]') !== null;
            if (row.kind === 'service' && (twisty || row.id === selectedId)) onToggle(row.service.id, !row.open);
          }}
        >
          <Line row={row} />
        </div>
      ))}
    </div>
  );
}
