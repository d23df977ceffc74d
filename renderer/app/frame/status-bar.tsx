import { useQuery } from '@tanstack/react-query';
import { CircleDot, CirclePause, PanelBottom, Trash2 } from 'lucide-react';
import type { Watermark } from '../../../hub-core/console/contract/capture-contract.ts';
import { useConnection } from '../../state/connection.ts';
import { hubQueries } from '../../state/console.ts';
import { useFeeds } from '../../state/feeds.ts';
import { useHubState } from '../../state/hub-state.ts';
import { useRunningJobs } from '../../state/jobs.ts';
import { goTo } from '../../state/pages.ts';
import { usePanels } from '../../state/panels.ts';
import { toggleDock, usePreferences } from '../../state/preferences.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatBytes, formatCount, formatMs, formatRate, plural } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { Status } from '../../ui/status.tsx';
import { isPaused, toggleRecording } from '../../state/capture-actions.ts';
import { HubState } from './hub-down.tsx';
import styles from './status-bar.module.css';

function HubItem() {
  const state = useConnection((connection) => connection.hub);
  const told = useHubState();
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  return (
    <>
      <button type="button" className={styles['item']} onClick={() => goTo('overview')}>
        {told !== undefined && told.kind !== 'running' ? (
          <HubState state={told} />
        ) : state.kind === 'connected' ? (
          <Status tone="ok" word="Running" />
        ) : state.kind === 'connecting' ? (
          <Status tone="pending" word="Connecting" />
        ) : (
          <Status tone="error" word="Not connected" />
        )}
      </button>
      {info === undefined ? null : (
        <>
          <span className={styles['address']}>{info.url}</span>
          <CopyButton text={info.url} what="address" />
        </>
      )}
    </>
  );
}

function TrafficItem() {
  const stats = useFeeds((feeds) => feeds.stats);
  if (stats === undefined) return null;
  return (
    <>
      <button type="button" className={styles['item']} onClick={() => goTo('connections')}>
        {plural(stats.connections, 'connection')}
      </button>
      <button type="button" className={styles['item']} onClick={() => goTo('services')}>
        {plural(stats.providers, 'provider')}
      </button>
      <button type="button" className={styles['item']} onClick={() => goTo('inspector')}>
        {formatRate(stats.requestsPerSec)}/s · p95 {formatMs(stats.latencyP95Ms)}
      </button>
    </>
  );
}

const CAPTURE_WORDS = {
  recording: 'Recording',
  'headers-only': 'Headers only',
  paused: 'Paused',
  off: 'Not recording',
} as const;

function CaptureItem({ watermark }: { readonly watermark: Watermark }) {
  const paused = isPaused(watermark.state);
  const dropped = watermark.droppedRows + watermark.droppedBodies;
  const full = Math.min(1, watermark.bytes / Math.max(1, watermark.maxBytes));
  const Icon = paused ? CirclePause : CircleDot;
  return (
    <>
      <button
        type="button"
        className={styles['item']}
        aria-pressed={!paused}
        title={`${paused ? 'Record' : 'Pause'} (${keyHint('toggle-recording')})`}
        onClick={() => void toggleRecording()}
      >
        <Icon size={14} aria-hidden />
        {CAPTURE_WORDS[watermark.state]}
      </button>
      <span className={styles['item']}>
        {plural(watermark.rows, 'row')}
        <span className={styles['meter']} aria-hidden>
          <span className={styles['fill']} style={{ display: 'block', width: `${full * 100}%` }} />
        </span>
        {formatBytes(watermark.bytes)} / {formatBytes(watermark.maxBytes)}
      </span>
      <span
        className={styles['item']}
        title={`${plural(watermark.droppedRows, 'row')} and the bodies of ${formatCount(watermark.droppedBodies)} more were left out, because the store could not keep up. What runs through the hub was not touched.`}
      >
        {dropped === 0 ? 'dropped 0' : <Status tone="warn" word={`dropped ${formatCount(dropped)}`} />}
      </span>
      <button
        type="button"
        className={styles['item']}
        aria-label="Clear capture"
        title={`Clear capture (${keyHint('clear-capture')})`}
        onClick={() => usePanels.setState({ clearCapture: true })}
      >
        <Trash2 size={14} aria-hidden />
      </button>
    </>
  );
}

function DockItem() {
  const open = usePreferences((preferences) => preferences.dock);
  const running = useRunningJobs();
  return (
    <button
      type="button"
      className={styles['item']}
      aria-pressed={open}
      title={`Jobs and log (${keyHint('toggle-dock')})`}
      onClick={toggleDock}
    >
      <PanelBottom size={14} aria-hidden />
      {running === 0 ? 'Jobs' : <Status tone="pending" word={plural(running, 'job')} />}
    </button>
  );
}

export function StatusBar() {
  const watermark = useFeeds((feeds) => feeds.watermark);
  const capture = useConnection((connection) => connection.capture);
  return (
    <footer className={styles['bar']} aria-label="Status" role="contentinfo" data-pane tabIndex={-1}>
      <HubItem />
      <TrafficItem />
      <span className={styles['spacer']} />
      <DockItem />
      {capture.kind === 'lost' ? (
        <span className={styles['item']}>
          <Status tone="warn" word="Traffic store out of reach, retrying" />
        </span>
      ) : watermark === undefined ? null : (
        <CaptureItem watermark={watermark} />
      )}
    </footer>
  );
}
