import type { HubInfo, HubStats } from '../../../hub-core/console/contract/hub-contract.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import type { Page } from '../../state/pages.ts';
import { formatAge, formatCount, formatMs, formatRate, plural } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import type { ReactNode } from 'react';
import { transportsText } from './transports-text.ts';
import styles from './overview.module.css';

interface TileProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly note: string;
  readonly page: Page;
  /** Filter of the inspector that shows what the tile counts. */
  readonly filter?: string;
}

function Tile({ label, value, note, page, filter }: TileProps) {
  const open = (): void => {
    if (filter !== undefined) showRows(filter);
    goTo(page);
  };
  return (
    <button type="button" className={styles['tile']} onClick={open}>
      <span className={styles['label']}>{label}</span>
      <span className={styles['value']}>{value}</span>
      <span className={styles['note']}>{note}</span>
    </button>
  );
}

function healthOf(info: HubInfo): { tone: 'ok' | 'warn' | 'error'; word: string; note: string } {
  const bad = info.modules.filter((module) => module.health.state !== 'serving');
  const worst = bad.find((module) => module.health.state === 'not-serving') ?? bad[0];
  if (worst === undefined) {
    return { tone: 'ok', word: 'Running', note: `for ${formatAge(Date.now() - info.startedAtMs)}` };
  }
  const detail = worst.health.detail ?? worst.health.state;
  return {
    tone: worst.health.state === 'degraded' ? 'warn' : 'error',
    word: 'Degraded',
    note: `${worst.name}: ${detail}`,
  };
}

interface TilesProps {
  readonly info: HubInfo;
  readonly stats: HubStats;
}

/** The hub's figures of the last second; each leads to what it counts. */
export function Tiles({ info, stats }: TilesProps) {
  const health = healthOf(info);
  return (
    <div className={styles['tiles']}>
      <Tile label="Hub" value={<Status tone={health.tone} word={health.word} />} note={health.note} page="overview" />
      <Tile
        label="Connections"
        value={formatCount(stats.connections)}
        note={transportsText(stats) ?? plural(stats.clients, 'client')}
        page="connections"
      />
      <Tile
        label="Providers"
        value={formatCount(stats.providers)}
        note={`of ${plural(stats.services, 'service')}`}
        page="services"
      />
      <Tile
        label="Requests"
        value={`${formatRate(stats.requestsPerSec)}/s`}
        note={`${formatRate(stats.repliesPerSec)}/s answered`}
        page="inspector"
        filter=""
      />
      <Tile
        label="Latency p95"
        value={formatMs(stats.latencyP95Ms)}
        note={`p50 ${formatMs(stats.latencyP50Ms).replace(/ ms$/, '')} · p99 ${formatMs(stats.latencyP99Ms)}`}
        page="inspector"
        filter=""
      />
      <Tile
        label="Errors"
        value={stats.errorsPerSec > 0 ? <Status tone="error" word={`${formatRate(stats.errorsPerSec)}/s`} /> : '0/s'}
        note="status 4xx and 5xx"
        page="inspector"
        filter="status:error"
      />
      <Tile
        label="In flight"
        value={formatCount(stats.inFlight)}
        note={`${formatCount(stats.queued)} queued`}
        page="inspector"
        filter="status:pending"
      />
    </div>
  );
}
