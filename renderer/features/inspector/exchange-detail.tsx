import { Tabs } from '@base-ui/react/tabs';
import { useQuery } from '@tanstack/react-query';
import { Pencil, RotateCw } from 'lucide-react';
import type { ExchangeDetail as Detail } from '../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../state/console.ts';
import { resendObstacle } from '../../state/draft-input.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { exchangeStatus, outcomeText } from '../../ui/exchange-status.ts';
import { Facts } from '../../ui/facts.tsx';
import { errorText, formatBytes, formatClock, formatDateTime, formatMs } from '../../ui/format.ts';
import { HexView } from '../../ui/hex-view.tsx';
import { Pane, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { ExchangeBody, useBody } from './exchange-body.tsx';
import type { BodyPart } from './exchange-body.tsx';
import { Timing } from './timing-view.tsx';
import { useResend } from './use-resend.ts';
import styles from './detail.module.css';

function Summary({ detail }: { readonly detail: Detail }) {
  const { row } = detail;
  const { tone, word } = exchangeStatus(row);
  return (
    <PaneSection>
      <Facts
        facts={[
          ['Status', <Status key="status" badge tone={tone} word={row.error === '' ? word : `${word} ${row.error}`} />],
          ['Outcome', outcomeText(row.outcome)],
          ['Request', <code key="request">{`${row.method} ${row.uri}`}</code>],
          ['Service', row.service],
          ['From', `${row.from} on ${row.connection || 'no connection'}, ${row.via}`],
          ['Transport', row.transport || 'not recorded'],
          ['To', row.provider === '' ? 'no provider' : `${row.providerClient} on ${row.provider}`],
          ['Arrived', `${formatDateTime(row.atMs).slice(0, 10)} ${formatClock(row.atMs)}`],
          ['Duration', formatMs(row.durationMs)],
          ['Attempts', String(detail.attempts)],
          ['Sizes', `request ${formatBytes(row.requestBytes)}, reply ${formatBytes(row.replyBytes)}`],
          ['Time allowed', detail.timeoutMs === 0 ? 'the hub’s default' : formatMs(detail.timeoutMs)],
          ['Correlation id', String(detail.correlationId)],
        ]}
      />
    </PaneSection>
  );
}

function HexPart({ detail, part }: { readonly detail: Detail; readonly part: BodyPart }) {
  const stored = detail[part];
  const { data, error } = useBody(detail.row.seq, part, stored);
  const name = part === 'request' ? 'Request' : 'Reply';
  return (
    <section>
      <h3>
        {name} body, {formatBytes(stored?.storedBytes ?? 0)}
      </h3>
      <div className={styles['bodyArea']}>
        {error !== null ? (
          <p className={styles['note']}>{errorText(error)}</p>
        ) : data === undefined ? null : (
          <HexView label={`${name} bytes`} bytes={data.bytes} />
        )}
      </div>
    </section>
  );
}

const TABS = [
  ['summary', 'Summary'],
  ['request', 'Request'],
  ['reply', 'Reply'],
  ['timing', 'Timing'],
  ['hex', 'Hex'],
] as const;

function DetailTabs({ detail }: { readonly detail: Detail }) {
  return (
    <Tabs.Root defaultValue="summary" className={styles['tabs']}>
      <Tabs.List className={styles['list']} aria-label="Exchange">
        {TABS.map(([value, name]) => (
          <Tabs.Tab key={value} value={value} className={styles['tab']}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="summary" className={styles['panel']}>
        <Summary detail={detail} />
      </Tabs.Panel>
      <Tabs.Panel value="request" className={styles['panel']}>
        <ExchangeBody key={detail.row.seq} detail={detail} part="request" />
      </Tabs.Panel>
      <Tabs.Panel value="reply" className={styles['panel']}>
        <ExchangeBody key={detail.row.seq} detail={detail} part="reply" />
      </Tabs.Panel>
      <Tabs.Panel value="timing" className={styles['panel']}>
        <PaneSection>
          <Timing detail={detail} />
        </PaneSection>
      </Tabs.Panel>
      <Tabs.Panel value="hex" className={styles['panel']}>
        <div className={styles['hexes']}>
          <HexPart key={`request-${detail.row.seq}`} detail={detail} part="request" />
          <HexPart key={`reply-${detail.row.seq}`} detail={detail} part="reply" />
        </div>
      </Tabs.Panel>
    </Tabs.Root>
  );
}

interface ExchangeDetailProps {
  readonly seq: number;
  readonly onClose: () => void;
}

const PENDING_REFRESH_MS = 500;

/** Everything about one exchange. */
export function ExchangeDetail({ seq, onClose }: ExchangeDetailProps) {
  const { data: detail, error } = useQuery({
    queryKey: ['exchange', seq],
    queryFn: ({ signal }) => bridge.capture.exchange({ seq }, { signal }),
    // The tabs stay where they are while the next row is read.
    placeholderData: (previous) => previous,
    refetchInterval: (query) => (query.state.data?.row.outcome === null ? PENDING_REFRESH_MS : false),
  });
  const { resend, edit } = useResend();
  const obstacle = detail ? resendObstacle(detail) : undefined;
  const disabled = detail === undefined || detail === null || obstacle !== undefined;
  return (
    <Pane
      title={detail ? `#${detail.row.seq} ${detail.row.method} ${detail.row.uri}` : `#${seq}`}
      onClose={onClose}
      tools={
        <>
          <Button
            small
            title={obstacle}
            disabled={disabled || edit.isPending}
            icon={<Pencil size={14} aria-hidden />}
            onClick={() => edit.mutate(seq)}
          >
            Edit & resend
          </Button>
          <Button
            small
            title={obstacle}
            disabled={disabled || resend.isPending}
            icon={<RotateCw size={14} aria-hidden />}
            onClick={() => resend.mutate(seq)}
          >
            Resend
          </Button>
        </>
      }
    >
      {error !== null ? (
        <EmptyState title="Cannot read this row">{errorText(error)}</EmptyState>
      ) : detail === null ? (
        <EmptyState title="This row is no longer stored">
          The store keeps the newest rows and drops the oldest.
        </EmptyState>
      ) : detail === undefined ? null : (
        <DetailTabs detail={detail} />
      )}
    </Pane>
  );
}
