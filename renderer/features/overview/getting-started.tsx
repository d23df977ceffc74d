import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, KeyRound } from 'lucide-react';
import type { HubInfo } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { errorText } from '../../ui/format.ts';
import { IssuedKey } from '../../ui/issued-key.tsx';
import { SnippetTabs } from '../../ui/snippet-tabs.tsx';
import { toast } from '../../ui/toasts.ts';
import { freeClientId } from './free-client-id.ts';
import styles from './overview.module.css';

interface Issued {
  readonly client: string;
  readonly key: string;
}

function ConnectYourOwn({ info, issued, onIssued }: GettingStartedProps) {
  const queries = useQueryClient();
  const { data: clients } = useQuery(hubQueries.clients.list.queryOptions());
  const register = useMutation(
    hubQueries.clients.register.mutationOptions({
      onSuccess: (created) => {
        onIssued(created);
        void queries.invalidateQueries();
      },
      onError: (error) => toast({ title: 'Cannot make a client', description: errorText(error), tone: 'error' }),
    }),
  );
  const client = freeClientId((clients ?? []).map((row) => row.client));
  const values = { url: info.url, httpUrl: info.httpUrl };
  return (
    <section className={styles['way']} aria-label="Connect your own program">
      <h2>Connect your own program</h2>
      <div className={styles['row']}>
        <span className={styles['address']}>
          <code>{info.url}</code>
          <CopyButton text={info.url} what="address" />
        </span>
        {issued === undefined ? (
          <Button
            variant="primary"
            icon={<KeyRound size={14} aria-hidden />}
            disabled={register.isPending || clients === undefined}
            onClick={() => register.mutate({ client, mayCall: ['*'], mayProvide: ['*'] })}
          >
            Make a client and its key
          </Button>
        ) : (
          <Button onClick={() => onIssued(undefined)}>I have copied the key</Button>
        )}
      </div>
      <div className={styles['full']}>
        {issued === undefined ? (
          <SnippetTabs {...values} client={client} apiKey="whub_your_key" />
        ) : (
          <IssuedKey {...values} client={issued.client} apiKey={issued.key} />
        )}
      </div>
    </section>
  );
}

function TrySample() {
  const queries = useQueryClient();
  const start = useMutation(
    hubQueries.samples.start.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries();
        goTo('inspector');
      },
      onError: (error) => toast({ title: 'Cannot start the sample', description: errorText(error), tone: 'error' }),
    }),
  );
  return (
    <section className={styles['way']} aria-label="Try a sample">
      <h2>Or look at a sample first</h2>
      <p>
        Makes a client and a service “sample” with a few routes, both real and connected over the network, calls it
        about once a second, and shows the rows. You can stop it from the command palette.
      </p>
      <div className={styles['row']}>
        <Button
          icon={<FlaskConical size={14} aria-hidden />}
          disabled={start.isPending}
          onClick={() => start.mutate(undefined)}
        >
          Create a sample client and service
        </Button>
      </div>
    </section>
  );
}

interface GettingStartedProps {
  readonly info: HubInfo;
  readonly issued: Issued | undefined;
  readonly onIssued: (issued: Issued | undefined) => void;
}

/** What a hub without connections shows: how to get the first one. */
export function GettingStarted(props: GettingStartedProps) {
  return (
    <div className={styles['start']}>
      <ConnectYourOwn {...props} />
      <TrySample />
    </div>
  );
}
