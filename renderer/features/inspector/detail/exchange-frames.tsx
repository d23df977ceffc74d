import { useQuery } from '@tanstack/react-query';
import { CircleDot } from 'lucide-react';
import type { ExchangeDetail, FrameRow } from '../../../../hub-core/console/contract/capture-contract.ts';
import { recordFrames, showFrames } from '../../../state/frames.ts';
import { Button } from '../../../ui/button.tsx';
import { errorText, formatBytes, formatMs, plural } from '../../../ui/format.ts';
import { flagWords, frameIdText, frameOpcode } from '../frame-text.ts';
import { readExchangeFrames } from '../read-exchange-frames.ts';
import { useFrameStatus } from '../use-frame-status.ts';
import styles from './detail.module.css';

const PENDING_REFRESH_MS = 1_000;

/** The frames that carried an exchange, at the caller and at its providers. */
export function ExchangeFrames({ detail }: { readonly detail: ExchangeDetail }) {
  const { seq, outcome, atMs } = detail.row;
  const { data, error } = useQuery({
    queryKey: ['exchange-frames', seq, outcome],
    queryFn: ({ signal }) => readExchangeFrames(seq, signal),
    refetchInterval: outcome === null ? PENDING_REFRESH_MS : false,
  });
  if (error !== null) return <p className={styles['note']}>{errorText(error)}</p>;
  if (data === undefined) return <p className={styles['note']}>Reading…</p>;
  if (data.count === 0) return <NoFrames />;
  return (
    <div className={styles['frames']}>
      <FrameTable frames={data.frames} startMs={atMs} />
      <p className={styles['caption']}>
        {data.count > data.frames.length ? `The first ${data.frames.length} of ${plural(data.count, 'frame')}. ` : ''}
        WHub compresses nothing. Bodies are kept once, with the exchange, and headers there as they are masked.
      </p>
      <Button small onClick={() => showFrames(`id:${seq}`)}>
        Open in Frames
      </Button>
    </div>
  );
}

function FrameTable({ frames, startMs }: { readonly frames: readonly FrameRow[]; readonly startMs: number }) {
  return (
    <table className={styles['pool']} aria-label="Frames of this exchange">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">At</th>
          <th scope="col">Connection</th>
          <th scope="col">Direction</th>
          <th scope="col">Opcode</th>
          <th scope="col">Id</th>
          <th scope="col">Status</th>
          <th scope="col">Length</th>
          <th scope="col">Flags</th>
        </tr>
      </thead>
      <tbody>
        {frames.map((frame) => (
          <tr key={frame.number}>
            <th scope="row">{frame.number}</th>
            <td>{formatMs(frame.atMs - startMs)}</td>
            <td>{frame.connection}</td>
            <td>{frame.direction === 'in' ? 'to the hub' : 'from the hub'}</td>
            <td>{frameOpcode(frame)}</td>
            <td>{frameIdText(frame.id)}</td>
            <td>{frame.status === 0 ? '' : frame.status}</td>
            <td title={formatBytes(frame.bytes)}>{frame.bytes} B</td>
            <td>{flagWords(frame.flags)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NoFrames() {
  const recording = useFrameStatus()?.recording;
  if (recording === undefined) return <p className={styles['note']}>Reading…</p>;
  return (
    <div className={styles['frames']}>
      <p className={styles['caption']}>
        {recording
          ? 'No frame of it is recorded: it came over HTTP or from the console, or before frames were recorded.'
          : 'Frames are off: the store keeps bodies and headers, and not what passed the connections. They can be recorded from now on.'}
      </p>
      {recording ? null : (
        <Button small icon={<CircleDot size={14} aria-hidden />} onClick={() => void recordFrames(true)}>
          Record frames
        </Button>
      )}
    </div>
  );
}
