import { useQuery } from '@tanstack/react-query';
import { Rows3, Send } from 'lucide-react';
import { curlLine } from './curl-line.ts';
import { methodToTry } from './method-to-try.ts';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatAge, formatCount } from '../../ui/format.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { serviceHealth } from './health.ts';
import { ProviderTable } from './provider-table.tsx';
import { methodsText, routeUri } from './tree-rows.ts';
import type { Route } from './tree-rows.ts';
import styles from './service-detail.module.css';

function tryRoute(service: string, route: Route | undefined): void {
  const method = methodToTry(route?.methods[0]);
  openDraft({ ...EMPTY_DRAFT, method, uri: routeUri(service, route?.pattern ?? '/') });
  goTo('compose');
}

function showTraffic(service: string): void {
  showRows(`service:${service}`);
  goTo('inspector');
}

function Routes({ service }: { readonly service: ServiceRow }) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  return (
    <ul className={styles['routes']}>
      {service.routes.map((route) => (
        <li key={`${methodsText(route)} ${route.pattern}`} className={styles['route']}>
          <span className={styles['methods']}>{methodsText(route)}</span>
          <span className={styles['pattern']}>
            <code>{routeUri(service.id, route.pattern)}</code>{' '}
            <span className={styles['summary']}>{route.summary}</span>
          </span>
          {info === undefined || service.access === 'socket' ? null : (
            <CopyButton text={curlLine(info.httpUrl, service.id, route)} what={`curl line of ${route.pattern}`} />
          )}
          <Button small variant="ghost" onClick={() => tryRoute(service.id, route)}>
            Try
          </Button>
        </li>
      ))}
    </ul>
  );
}

interface ServiceDetailProps {
  readonly service: ServiceRow;
  readonly provider: string | null;
  readonly onSelectProvider: (id: string | null) => void;
}

export function ServiceDetail({ service, provider, onSelectProvider }: ServiceDetailProps) {
  const health = serviceHealth(service);
  const share = service.calls === 0 ? 0 : (100 * service.errors) / service.calls;
  return (
    <Pane
      title={service.id}
      tools={
        <>
          <Button small icon={<Rows3 size={14} aria-hidden />} onClick={() => showTraffic(service.id)}>
            Traffic
          </Button>
          <Button
            small
            variant="primary"
            icon={<Send size={14} aria-hidden />}
            onClick={() => tryRoute(service.id, service.routes[0])}
          >
            Try a route
          </Button>
        </>
      }
    >
      <PaneSection>
        <PaneActions>
          <Status badge tone={health.tone} word={health.text} />
        </PaneActions>
        <Facts
          facts={[
            ['Description', service.description || '–'],
            ['Version', service.version || '–'],
            ['Reached over', service.access === 'both' ? 'socket and HTTP' : service.access],
            ['Policy', service.policy],
            ['Calls', `${formatCount(service.calls)}, ${formatCount(service.errors)} failed (${share.toFixed(1)} %)`],
            ['Queue', formatCount(service.queued)],
            ...(service.emptySinceMs === null
              ? []
              : [
                  [
                    'Without provider',
                    `for ${formatAge(Date.now() - service.emptySinceMs)}, forgotten after 1 m`,
                  ] as const,
                ]),
          ]}
        />
      </PaneSection>
      {service.builtIn ? null : (
        <PaneSection heading="Providers">
          <ProviderTable service={service} selected={provider} onSelect={onSelectProvider} />
        </PaneSection>
      )}
      <PaneSection heading="Routes">
        <Routes service={service} />
      </PaneSection>
    </Pane>
  );
}
