import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ServiceRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { curlLine } from './curl-line.ts';
import { RouteContractView } from './route-contract.tsx';
import { methodsText, routeUri } from './tree-rows.ts';
import type { Route } from './tree-rows.ts';
import { tryRoute } from './try-route.ts';
import styles from './service-detail.module.css';

/** Announced contracts change only when a service registers anew. */
const CONTRACT_STALE_MS = 5_000;

const keyOf = (route: Route): string => `${methodsText(route)} ${route.pattern}`;

function useContract(service: string, wanted: boolean) {
  const options = hubQueries.services.contract.queryOptions({ input: { service }, staleTime: CONTRACT_STALE_MS });
  return useQuery({ ...options, enabled: wanted });
}

interface RouteListProps {
  readonly service: ServiceRow;
  /** Pattern of the route that is selected elsewhere, whose contract is open then. */
  readonly selected: string | null;
}

/** The routes of a service: how each is called, and what it promises. */
export function RouteList({ service, selected }: RouteListProps) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (route: Route): boolean => toggled.get(keyOf(route)) ?? route.pattern === selected;
  const { data: contract, error } = useContract(service.id, service.routes.some(isOpen));
  return (
    <ul className={styles['routes']}>
      {service.routes.map((route, index) => {
        const open = isOpen(route);
        const Twisty = open ? ChevronDown : ChevronRight;
        const promised = contract?.routes[index];
        return (
          <li key={keyOf(route)} className={styles['routeItem']}>
            <div className={styles['route']}>
              <IconButton
                small
                label={`Contract of ${keyOf(route)}`}
                aria-expanded={open}
                icon={<Twisty size={14} aria-hidden />}
                onClick={() => setToggled((known) => new Map(known).set(keyOf(route), !open))}
              />
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
            </div>
            {!open ? null : error !== null ? (
              <p className={styles['hint']}>Cannot read the contract: {error.message}</p>
            ) : promised === undefined ? null : (
              <RouteContractView route={promised} enforced={contract?.enforced === true} />
            )}
          </li>
        );
      })}
    </ul>
  );
}
