import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { readBody } from '../../../bridge/body.ts';
import type { BodyPart } from '../../../bridge/body.ts';
import { bridge } from '../../../state/console.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { DiffView } from '../../../ui/diff-view.tsx';
import { errorText, formatBytes } from '../../../ui/format.ts';
import { comparedMessage } from './compared-text.ts';
import { PART_NAMES } from './exchange-body.tsx';
import styles from './compare-dialog.module.css';

/** Of longer bodies the beginning is compared. */
const MAX_BYTES = 1_000_000;

interface Compared {
  readonly text: string;
  readonly cut: boolean;
}

async function loadMessage(seq: number, part: BodyPart, signal: AbortSignal): Promise<Compared> {
  const detail = await bridge.capture.exchange({ seq }, { signal });
  if (detail === null) throw new Error(`Row ${seq} is no longer stored`);
  const stored = detail[part];
  if (stored === null) return { text: '', cut: false };
  const length = Math.min(stored.storedBytes, MAX_BYTES);
  const bytes = await readBody(seq, part, { offset: 0, length, signal });
  return { text: comparedMessage(stored.headers, bytes), cut: length < stored.totalBytes };
}

const PARTS: readonly BodyPart[] = ['request', 'reply'];

interface CompareDialogProps {
  readonly pair: readonly [before: number, after: number];
  readonly onClose: () => void;
}

/** What differs between two exchanges. */
export function CompareDialog({ pair: [before, after], onClose }: CompareDialogProps) {
  const [part, setPart] = useState<BodyPart>('request');
  const { data, error } = useQuery({
    queryKey: ['compare', before, after, part],
    queryFn: ({ signal }) => Promise.all([loadMessage(before, part, signal), loadMessage(after, part, signal)]),
    gcTime: 0,
  });
  return (
    <Dialog open wide onClose={onClose} title={`#${before} and #${after}`}>
      <div role="group" aria-label="What is compared" className={styles['bar']}>
        {PARTS.map((each) => (
          <Button key={each} small variant="ghost" aria-pressed={each === part} onClick={() => setPart(each)}>
            {PART_NAMES[each]}
          </Button>
        ))}
        {data === undefined ? null : (
          <span role="status" aria-label="Result">
            {data[0].text === data[1].text ? 'No difference' : 'They differ'}
            {data.some(({ cut }) => cut) ? `, as far as stored, and within ${formatBytes(MAX_BYTES)}` : ''}
          </span>
        )}
      </div>
      <div className={styles['diff']}>
        {error !== null ? (
          <p role="alert">{errorText(error)}</p>
        ) : data === undefined ? null : (
          <DiffView
            before={{ label: `${PART_NAMES[part]} of #${before}`, text: data[0].text }}
            after={{ label: `${PART_NAMES[part]} of #${after}`, text: data[1].text }}
          />
        )}
      </div>
    </Dialog>
  );
}
