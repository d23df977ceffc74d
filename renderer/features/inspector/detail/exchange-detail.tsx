import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { Tabs } from '@base-ui/react/tabs';
import { useQuery } from '@tanstack/react-query';
import { Pencil, RotateCw } from 'lucide-react';
import type { ExchangeDetail as Detail } from '../../../../hub-core/console/contract/capture-contract.ts';
import type { BodyPart } from '../../../bridge/body.ts';
import { bridge } from '../../../state/console.ts';
import { resendObstacle } from '../../../state/draft-input.ts';
import { useInspector } from '../../../state/inspector.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { errorText } from '../../../ui/format.ts';
import { Pane, PaneSection } from '../../../ui/pane.tsx';
import { useElementWidth } from '../../../ui/use-element-width.ts';
import { BytesView } from './bytes-view.tsx';
import { CompareMenu } from './compare-menu.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { ExchangeBody, PART_NAMES } from './exchange-body.tsx';
import { ExchangeSummary } from './exchange-summary.tsx';
import { ResendDialog } from './resend-dialog.tsx';
import { RouteView } from './route-view.tsx';
import { Timing } from './timing-view.tsx';
import { useResend } from './use-resend.ts';
import styles from './detail.module.css';

const SIDES: readonly BodyPart[] = ['request', 'reply'];
const SIDE_BY_SIDE_PX = 900;

const TABS = [
  ['summary', 'Summary'],
  ['request', 'Request'],
  ['reply', 'Reply'],
  ['timing', 'Timing'],
  ['route', 'Route'],
  ['bytes', 'Bytes'],
] as const;

interface SidesProps {
  readonly detail: Detail;
  readonly wide: boolean;
  readonly part: BodyPart;
}

/** One side of the exchange; where there is place for it, both beside each other. */
function Sides({ detail, wide, part }: SidesProps) {
  const { seq } = detail.row;
  if (!wide) return <ExchangeBody key={seq} detail={detail} part={part} />;
  return (
    <div className={styles['sides']}>
      {SIDES.map((each) => (
        <section key={`${seq} ${each}`} aria-label={PART_NAMES[each]}>
          <h3>{PART_NAMES[each]}</h3>
          <ExchangeBody detail={detail} part={each} />
        </section>
      ))}
    </div>
  );
}

/** Takes the focus to the selected tab once it is asked for, which may be before the exchange is read. */
function useEntering(seq: number): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const entering = useInspector((inspector) => inspector.enteringDetail && inspector.selectedSeq === seq);
  useEffect(() => {
    if (!entering) return;
    useInspector.setState({ enteringDetail: false });
    // Behind the drawing that tells the tabs their places: one that has the focus before takes the first arrow for nothing.
    queueMicrotask(() => list.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus());
  }, [entering]);
  return list;
}

function DetailTabs({ detail }: { readonly detail: Detail }) {
  const [width, measure] = useElementWidth();
  const wide = width >= SIDE_BY_SIDE_PX;
  const tabs = useEntering(detail.row.seq);
  return (
    <Tabs.Root ref={measure} defaultValue="summary" className={styles['tabs']}>
      <Tabs.List ref={tabs} className={styles['list']} aria-label="Exchange">
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
        <Sides detail={detail} wide={wide} part="request" />
      </Tabs.Panel>
      <Tabs.Panel value="reply" className={styles['panel']}>
        <Sides detail={detail} wide={wide} part="reply" />
      </Tabs.Panel>
      <Tabs.Panel value="timing" className={styles['panel']}>
        <PaneSection>
          <Timing detail={detail} />
        </PaneSection>
      </Tabs.Panel>
      <Tabs.Panel value="route" className={styles['panel']}>
        <RouteView detail={detail} />
      </Tabs.Panel>
      <Tabs.Panel value="bytes" className={styles['panel']}>
        <BytesView detail={detail} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}

/** What can be done with an exchange. */
function DetailTools({ detail }: { readonly detail: Detail }) {
  const { seq } = detail.row;
  const { resend, edit } = useResend();
  const [series, setSeries] = useState(false);
  const obstacle = resendObstacle(detail);
  const disabled = obstacle !== undefined;
  return (
    <div role="group" aria-label="Actions on this exchange" className={styles['actions']}>
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
      <Button small title={obstacle} disabled={disabled} onClick={() => setSeries(true)}>
        Resend N…
      </Button>
      <CopyMenu detail={detail} />
      <CompareMenu detail={detail} />
      {series ? <ResendDialog seq={seq} onClose={() => setSeries(false)} /> : null}
    </div>
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
  return (
    <Pane title={detail ? `#${detail.row.seq} ${detail.row.method} ${detail.row.uri}` : `#${seq}`} onClose={onClose}>
      {error !== null ? (
        <EmptyState title="Cannot read this row">{errorText(error)}</EmptyState>
      ) : detail === null ? (
        <EmptyState title="This row is no longer stored">
          The store keeps the newest rows and drops the oldest.
        </EmptyState>
      ) : detail === undefined ? null : (
        <div className={styles['detail']}>
          <DetailTools detail={detail} />
          <DetailTabs detail={detail} />
        </div>
      )}
    </Pane>
  );
}
