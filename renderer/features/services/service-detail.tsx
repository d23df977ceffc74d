import { Rows3, Send } from 'lucide-react';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatAge, formatCount, formatPercent } from '../../ui/format.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { DistributionBars } from './distribution-bars.tsx';
import { serviceHealth } from './health.ts';
import { ProviderTable } from './provider-table.tsx';
import { RouteList } from './route-list.tsx';
import { tryRoute } from './try-route.ts';

function showTraffic(service: string): void {
  showRows(`service:${service}`);
  goTo('inspector');
}

interface ServiceDetailProps {
  readonly service: ServiceRow;
  readonly provider: string | null;
  /** Pattern of the route that is selected in the tree. */
  readonly route: string | null;
  readonly onSelectProvider: (id: string | null) => void;
}

export function ServiceDetail({ service, provider, route, onSelectProvider }: ServiceDetailProps) {
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
            ['Calls', `${formatCount(service.calls)}, ${formatCount(service.errors)} failed (${formatPercent(share)})`],
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
          <DistributionBars service={service} />
        </PaneSection>
      )}
      <PaneSection heading="Routes">
        <RouteList service={service} selected={route} />
      </PaneSection>
    </Pane>
  );
}
