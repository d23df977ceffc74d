import { useMemo, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { toggleService, useOpenLines } from '../../state/open-lines.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { errorText, formatCount, plural } from '../../ui/format.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { toast } from '../../ui/toasts.ts';
import { ServiceDetail } from './service-detail.tsx';
import { ServiceTree } from './service-tree.tsx';
import { treeRows } from './tree-rows.ts';

const REFRESH_MS = 1_000;

function matches(service: ServiceRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const fields = [service.id, service.description, ...service.routes.map((route) => route.pattern)];
  const clients = service.providers.map((provider) => provider.client);
  return wanted === '' || [...fields, ...clients].some((field) => field.toLowerCase().includes(wanted));
}

function NoServices() {
  const queries = useQueryClient();
  const start = useMutation(
    hubQueries.samples.start.mutationOptions({
      onSuccess: () => queries.invalidateQueries(),
      onError: (error) => toast({ title: 'Cannot start the sample', description: errorText(error), tone: 'error' }),
    }),
  );
  return (
    <EmptyState
      title="No service has registered"
      actions={
        <>
          <Button variant="primary" disabled={start.isPending} onClick={() => start.mutate(undefined)}>
            Start sample service
          </Button>
          <Button onClick={() => goTo('overview')}>Ways to connect</Button>
        </>
      }
    >
      A client that may provide registers a service with its routes, and is called from then on.
    </EmptyState>
  );
}

/** The tree's lines, which are open, and what is selected among them. */
function useTree(services: readonly ServiceRow[], filter: string) {
  const { openServices: openIds, line: selected } = useOpenLines();
  const rows = useMemo(
    () => treeRows(services.filter((service) => matches(service, filter)).toSorted(byKindAndId), openIds),
    [services, filter, openIds],
  );
  const row = rows.find((candidate) => candidate.id === selected) ?? rows[0];
  const select = (line: string): void => useOpenLines.setState({ line });
  return { rows, row, chosen: selected !== null, select, toggle: toggleService };
}

function ServiceBrowser({ services, filter }: { readonly services: readonly ServiceRow[]; readonly filter: string }) {
  const { rows, row, chosen, select, toggle } = useTree(services, filter);
  const onlyBuiltIns = services.every((service) => service.builtIn);
  return (
    <Split
      id="services"
      listLabel="Tree of services"
      detailLabel="Service detail"
      detailSize={66}
      list={<ServiceTree rows={rows} selectedId={row?.id ?? null} onSelect={select} onToggle={toggle} />}
      detail={
        onlyBuiltIns && !chosen ? (
          <NoServices />
        ) : row === undefined ? (
          <EmptyState title="No service matches" />
        ) : (
          <ServiceDetail
            key={row.service.id}
            service={row.service}
            provider={row.kind === 'provider' ? row.provider.id : null}
            route={row.kind === 'route' ? row.route.pattern : null}
            onSelectProvider={(id) => {
              toggle(row.service.id, true);
              select(id ?? row.service.id);
            }}
          />
        )
      }
    />
  );
}

function countText(services: readonly ServiceRow[]): string {
  const builtIn = services.filter((service) => service.builtIn).length;
  return `${plural(services.length - builtIn, 'service')}, ${formatCount(builtIn)} built in`;
}

/** Services, their routes, and the pools behind them. */
export function ServicesPage() {
  const { data: services } = useQuery(hubQueries.services.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const [filter, setFilter] = useState('');
  return (
    <PageFrame
      title="Services"
      tools={
        <>
          <FilterInput label="Filter services" value={filter} onChange={setFilter} />
          <Spacer />
          <span>{services === undefined ? '' : countText(services)}</span>
        </>
      }
    >
      {services === undefined ? null : services.length === 0 ? (
        <NoServices />
      ) : (
        <ServiceBrowser services={services} filter={filter} />
      )}
    </PageFrame>
  );
}

/** What providers offer first, what the hub itself offers after it. */
function byKindAndId(left: ServiceRow, right: ServiceRow): number {
  return Number(left.builtIn) - Number(right.builtIn) || left.id.localeCompare(right.id);
}
