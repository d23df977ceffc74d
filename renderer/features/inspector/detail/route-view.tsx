import { useQuery } from '@tanstack/react-query';
import type { Choice, ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import type { ServiceRow } from '../../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../../state/console.ts';
import { Facts } from '../../../ui/facts.tsx';
import { formatDateTime, formatMs } from '../../../ui/format.ts';
import { PaneSection } from '../../../ui/pane.tsx';
import { choiceText, comparedBy, noChoiceText } from './choice-text.ts';
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
      <PaneSection heading="Why this provider">
        {detail.choices.length === 0 ? (
          <p className={styles['caption']}>{noChoiceText(detail)}</p>
        ) : (
          detail.choices.map((choice) => (
            <ChoiceView key={choice.attempt} choice={choice} many={detail.choices.length > 1} />
          ))
        )}
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

const comparedText = (weighed: number | null): string =>
  weighed === null ? '–' : String(Number(weighed.toPrecision(3)));

/** The pool as the choice found it. */
function ChoiceView({ choice, many }: { readonly choice: Choice; readonly many: boolean }) {
  const { attempt, pool, provider, candidates, rule } = choice;
  const compared = comparedBy(rule);
  const unlisted = pool - candidates.length;
  const attemptText = many ? `Attempt ${attempt}: ` : '';
  return (
    <>
      <p className={styles['why']}>
        {attemptText}
        {choiceText(choice)}
      </p>
      <table className={styles['pool']} aria-label={`Providers at attempt ${attempt}`}>
        <thead>
          <tr>
            <th scope="col">Provider</th>
            <th scope="col">State</th>
            <th scope="col">In flight</th>
            <th scope="col">Weight</th>
            {compared === undefined ? null : <th scope="col">{compared}</th>}
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <tr key={candidate.provider}>
              <th scope="row">
                {candidate.client} on {candidate.provider}
                {candidate.provider === provider ? ' (chosen)' : ''}
              </th>
              <td>{candidate.state}</td>
              <td>
                {candidate.inFlight} of {candidate.maxInFlight === 0 ? 'any number' : candidate.maxInFlight}
              </td>
              <td>{candidate.weight}</td>
              {compared === undefined ? null : <td>{comparedText(candidate.weighed)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['caption']}>
        As it was when the request was sent{unlisted === 0 ? '' : `, without ${unlisted} more of the pool`}.
      </p>
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
    </>
  );
}
