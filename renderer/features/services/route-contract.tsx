import type { RouteContract } from '../../../hub-core/console/contract/hub-contract.ts';
import { CodeView } from '../../ui/code-view.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatMs } from '../../ui/format.ts';
import { prettyJson } from '../../ui/body/print-json.ts';
import styles from './service-detail.module.css';

interface SchemaProps {
  readonly title: string;
  readonly json: string | null;
}

function Schema({ title, json }: SchemaProps) {
  const text = json === null ? undefined : (prettyJson(json) ?? json);
  return (
    <section className={styles['schema']} aria-label={title}>
      <div className={styles['schemaHead']}>
        <span>{text === undefined ? `${title}: none announced` : title}</span>
        {text === undefined ? null : <CopyButton text={text} what={title.toLowerCase()} />}
      </div>
      {text === undefined ? null : (
        <div className={styles['schemaText']}>
          <CodeView label={title} text={text} language="json" />
        </div>
      )}
    </section>
  );
}

/** What holds of a route besides its schemas, in words. */
function termsOf({ idempotent, timeoutMs, stream }: RouteContract): string {
  return [
    idempotent ? 'may be sent twice' : 'sent once unless its method is safe',
    timeoutMs === null ? 'default timeout' : `timeout ${formatMs(timeoutMs)}`,
    ...(stream ? ['takes streams'] : []),
  ].join(' · ');
}

interface RouteContractViewProps {
  readonly route: RouteContract;
  readonly enforced: boolean;
}

/** What a route promises, as its service announced it. */
export function RouteContractView({ route, enforced }: RouteContractViewProps) {
  const announced = route.requestSchema !== null || route.responseSchema !== null;
  return (
    <div className={styles['contract']}>
      <p className={styles['summary']}>
        {termsOf(route)}
        {announced ? ` · schemas ${enforced ? 'enforced' : 'only describe'}` : ''}
      </p>
      <div className={styles['schemas']}>
        <Schema title={`Request schema of ${route.pattern}`} json={route.requestSchema} />
        <Schema title={`Response schema of ${route.pattern}`} json={route.responseSchema} />
      </div>
    </div>
  );
}
