import { Tabs } from '@base-ui/react/tabs';
import { useQuery } from '@tanstack/react-query';
import { Pencil, RotateCw } from 'lucide-react';
import type { ExchangeDetail as Detail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../../state/console.ts';
import { resendObstacle } from '../../../state/draft-input.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { errorText } from '../../../ui/format.ts';
import { Pane, PaneSection } from '../../../ui/pane.tsx';
import { BytesView } from './bytes-view.tsx';
import { ExchangeBody } from './exchange-body.tsx';
import { ExchangeSummary } from './exchange-summary.tsx';
import { Timing } from './timing-view.tsx';
import { useResend } from './use-resend.ts';
import styles from './detail.module.css';

const TABS = [
  ['summary', 'Summary'],
  ['request', 'Request'],
  ['reply', 'Reply'],
  ['timing', 'Timing'],
  ['bytes', 'Bytes'],
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
        <ExchangeSummary detail={detail} />
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
      <Tabs.Panel value="bytes" className={styles['panel']}>
        <BytesView detail={detail} />
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
