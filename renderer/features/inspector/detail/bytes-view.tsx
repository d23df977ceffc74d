import { useMemo, useState } from 'react';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import type { BodyPart } from '../../../bridge/body.ts';
import type { ShownBody } from '../../../ui/body/body-view.tsx';
import { nodeAt } from '../../../ui/body/json-index.ts';
import { spanOf } from '../../../ui/body/json-tree.ts';
import { JsonTree } from '../../../ui/body/json-tree-pane.tsx';
import { lookOf } from '../../../ui/body/sniff.ts';
import { useBodyJob } from '../../../ui/body/use-body-job.ts';
import { Button } from '../../../ui/button.tsx';
import { errorText, formatBytes } from '../../../ui/format.ts';
import { HexView } from '../../../ui/hex-view.tsx';
import type { ByteSpan } from '../../../ui/hex-view.tsx';
import { PART_NAMES } from './exchange-body.tsx';
import { ExchangeFrames } from './exchange-frames.tsx';
import { beginColumn } from './begin-column.ts';
import { filterRows } from './filter-rows.ts';
import { useStoredBody } from './use-stored-body.ts';
import styles from './bytes-view.module.css';

const PARTS: readonly BodyPart[] = ['request', 'reply'];

/**
 * The bytes of either side, beside the JSON values that they spell: what is chosen in one is marked in the other. And the frames
 * that carried them.
 */
export function BytesView({ detail }: { readonly detail: ExchangeDetail }) {
  const [wanted, setWanted] = useState<BodyPart | 'frames'>('request');
  const part = wanted !== 'frames' && detail[wanted] === null ? 'request' : wanted;
  return (
    <div className={styles['bytes']}>
      <div role="group" className={styles['bar']} aria-label="Which bytes">
        {PARTS.map((each) => (
          <Button
            key={each}
            small
            variant="ghost"
            aria-pressed={each === part}
            disabled={detail[each] === null}
            onClick={() => setWanted(each)}
          >
            {PART_NAMES[each]} {formatBytes(detail[each]?.storedBytes ?? 0)}
          </Button>
        ))}
        <Button small variant="ghost" aria-pressed={part === 'frames'} onClick={() => setWanted('frames')}>
          Frames
        </Button>
      </div>
      {part === 'frames' ? (
        <ExchangeFrames key={detail.row.seq} detail={detail} />
      ) : (
        <PartBytes key={`${detail.row.seq} ${part}`} detail={detail} part={part} />
      )}
    </div>
  );
}

function PartBytes({ detail, part }: { readonly detail: ExchangeDetail; readonly part: BodyPart }) {
  const stored = detail[part];
  const { body, error } = useStoredBody(detail.row.seq, part, stored);
  if (error !== null) return <p className={styles['note']}>{errorText(error)}</p>;
  if (body === undefined) return <p className={styles['note']}>Reading…</p>;
  if (body.source.length === 0) return <p className={styles['note']}>No bytes are stored.</p>;
  return <Bytes part={part} body={body} encoding={stored?.encoding ?? ''} />;
}

interface BytesProps {
  readonly part: BodyPart;
  readonly body: ShownBody;
  readonly encoding: string;
}

function Bytes({ part, body, encoding }: BytesProps) {
  const label = PART_NAMES[part];
  const [selection, setSelection] = useState<ByteSpan>();
  const { bytes, source, partial } = body;
  if (bytes === undefined || lookOf(bytes, encoding) !== 'json') {
    return (
      <div className={styles['hexOnly']}>
        <HexView label={`${label} bytes`} source={source} />
      </div>
    );
  }
  return (
    <div className={styles['linked']}>
      <JsonTree
        label={`${label} values`}
        bytes={bytes}
        partial={partial}
        selection={selection}
        onSelect={setSelection}
        onFilter={filterRows}
        onColumn={(path) => beginColumn(path, part)}
      />
      <LinkedHex {...{ label, bytes, partial, source, selection }} onSelect={setSelection} />
    </div>
  );
}

interface LinkedHexProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly partial: boolean;
  readonly source: ShownBody['source'];
  readonly selection: ByteSpan | undefined;
  readonly onSelect: (span: ByteSpan) => void;
}

/** A byte that is pointed at stands for the innermost value that it belongs to. */
function LinkedHex({ label, bytes, partial, source, selection, onSelect }: LinkedHexProps) {
  const job = useMemo(() => ({ op: 'tree', bytes, partial }) as const, [bytes, partial]);
  const state = useBodyJob(job);
  const onPoint = (offset: number): void => {
    const node = state.state === 'tree' ? nodeAt(state.index, offset) : undefined;
    const value = state.state === 'tree' && node !== undefined ? spanOf(state.index, node, bytes.length) : undefined;
    onSelect(value ?? { start: offset, end: offset + 1 });
  };
  return (
    <div className={styles['hex']}>
      <HexView label={`${label} bytes`} source={source} selection={selection} onPoint={onPoint} />
    </div>
  );
}
