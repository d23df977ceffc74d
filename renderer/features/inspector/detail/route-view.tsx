import { useQuery } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import type { ServiceRow } from '../../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../../state/console.ts';
import { Facts } from '../../../ui/facts.tsx';
import { formatDateTime, formatMs } from '../../../ui/format.ts';
import { PaneSection } from '../../../ui/pane.tsx';
import { routeSteps } from './route-steps.ts';
import styles from './detail.module.css';

/** The way that a request took, and the pool that it was chosen from as it is now. */
export function RouteView({ detail }: { readonly detail: ExchangeDetail }) {
  const { data: services } = useQuery(hubQueries.services.list.queryOptions());
  const service = services?.find(({ id }) => id === detail.row.service);
  return (
    <>
      <PaneSection heading="The way it took">
        <ol className={styles['steps']} aria-label="Steps of the request">
          {routeSteps(detail).map(({ at, text }) => (
            <li key={text}>
              <span className={styles['stepAt']}>{at === null ? '–' : formatMs(at)}</span>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      </PaneSection>
      <PaneSection heading={`The pool of ${detail.row.service} now`}>
        {services === undefined ? null : service === undefined ? (
          <p className={styles['caption']}>No service of that id is registered now.</p>
        ) : (
          <Pool service={service} chosen={detail.row.provider} />
        )}
      </PaneSection>
    </>
  );
}

function Pool({ service, chosen }: { readonly service: ServiceRow; readonly chosen: string }) {
  return (
    <>
      <Facts
        facts={[
          ['Policy', service.builtIn ? 'none: the hub answers by itself' : service.policy],
          ['Waiting', String(service.queued)],
        ]}
      />
      {service.providers.length === 0 ? null : (
        <table className={styles['pool']} aria-label="Providers now">
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">State</th>
              <th scope="col">In flight</th>
              <th scope="col">p95</th>
              <th scope="col">Since</th>
            </tr>
          </thead>
          <tbody>
            {service.providers.map((provider) => (
              <tr key={provider.id}>
                <th scope="row">
                  {provider.client} on {provider.connection}
                  {provider.id === chosen ? ' (answered this one)' : ''}
                </th>
                <td>{provider.state}</td>
                <td>
                  {provider.inFlight} of {provider.maxInFlight === 0 ? 'any number' : provider.maxInFlight}
                </td>
                <td>{formatMs(provider.latencyP95Ms)}</td>
                <td>{formatDateTime(provider.sinceMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className={styles['caption']}>
        The pool is as it is now; its load when this request was sent is not recorded.
      </p>
    </>
  );
}
