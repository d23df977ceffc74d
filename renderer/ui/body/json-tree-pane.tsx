import { useMemo } from 'react';
import { Columns3, Filter } from 'lucide-react';
import { Button } from '../button.tsx';
import { CopyButton } from '../copy-button.tsx';
import type { ByteSpan } from '../hex-view.tsx';
import { nodeAt } from './json-index.ts';
import type { JsonIndex } from './json-index.ts';
import { filterOf, pathOf, spanOf, valueText } from './json-tree.ts';
import { TreeView } from './tree-view.tsx';
import { useBodyJob } from './use-body-job.ts';
import styles from './body-view.module.css';

interface JsonTreeProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly partial: boolean;
  /** The value that stands there is chosen. */
  readonly selection: ByteSpan | undefined;
  readonly onSelect: (span: ByteSpan) => void;
  readonly onFilter?: ((filter: string, apply: boolean) => void) | undefined;
  /** Takes the path of a value that a list shall show; absent = there is no such list. */
  readonly onColumn?: ((path: string) => void) | undefined;
}

/** A JSON body as a tree, and what can be done with the value that is chosen. */
export function JsonTree(props: JsonTreeProps) {
  const { label, bytes, partial, selection, onSelect, onFilter, onColumn } = props;
  const job = useMemo(() => ({ op: 'tree', bytes, partial }) as const, [bytes, partial]);
  const state = useBodyJob(job);
  switch (state.state) {
    case 'working':
      return <p className={styles['none']}>Reading…</p>;
    case 'unfit':
    case 'failed':
      return (
        <p className={styles['none']} role="status">
          {state.reason}
        </p>
      );
    case 'text':
      return null;
    case 'tree': {
      const { index } = state;
      const node = selection === undefined ? undefined : nodeAt(index, selection.start);
      return (
        <div className={styles['tree']}>
          <div className={styles['content']}>
            <TreeView
              label={label}
              bytes={bytes}
              index={index}
              selected={node}
              onSelect={(next) => onSelect(spanOf(index, next, bytes.length))}
            />
          </div>
          <Chosen bytes={bytes} index={index} node={node} onFilter={onFilter} onColumn={onColumn} />
        </div>
      );
    }
  }
}

interface ChosenProps {
  readonly bytes: Uint8Array;
  readonly index: JsonIndex;
  readonly node: number | undefined;
  readonly onFilter: JsonTreeProps['onFilter'];
  readonly onColumn: JsonTreeProps['onColumn'];
}

function Chosen({ bytes, index, node, onFilter, onColumn }: ChosenProps) {
  if (node === undefined) return <p className={styles['chosen']}>Arrow keys or a click choose a value</p>;
  const path = pathOf(bytes, index, node);
  return (
    <div className={styles['chosen']}>
      <code className={styles['path']} title={path}>
        {path}
      </code>
      <CopyButton text={() => valueText(bytes, index, node)} what="value" />
      <CopyButton text={path} what="path" />
      {onFilter === undefined ? null : (
        <>
          <Button
            small
            variant="ghost"
            icon={<Filter size={14} aria-hidden />}
            onClick={() => onFilter(filterOf(bytes, index, node), true)}
          >
            Apply as filter
          </Button>
          <Button small variant="ghost" onClick={() => onFilter(filterOf(bytes, index, node), false)}>
            Prepare as filter
          </Button>
        </>
      )}
      {onColumn === undefined ? null : (
        <Button small variant="ghost" icon={<Columns3 size={14} aria-hidden />} onClick={() => onColumn(path)}>
          Add as column…
        </Button>
      )}
    </div>
  );
}
