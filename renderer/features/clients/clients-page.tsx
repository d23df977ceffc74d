import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import type { ClientRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { hubQueries } from '../../state/console.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterInput } from '../../ui/filter-input.tsx';
import { errorText, plural } from '../../ui/format.ts';
import { IssuedKey } from '../../ui/issued-key.tsx';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { CLIENT_COLUMNS } from './client-columns.tsx';
import { ClientDetail } from './client-detail.tsx';
import { ClientForm } from './client-form.tsx';
import { useClientActions } from './use-client-actions.ts';
import type { ClientActions } from './use-client-actions.ts';

const REFRESH_MS = 2_000;

/** What is open over the list. */
type Open =
  | { readonly kind: 'register' }
  | { readonly kind: 'grants'; readonly row: ClientRow }
  | { readonly kind: 'key'; readonly client: string; readonly key: string };

interface ClientDialogsProps {
  readonly open: Open | undefined;
  readonly setOpen: (open: Open | undefined) => void;
  readonly actions: ClientActions;
}

function IssuedKeyDialog({ client, apiKey, onClose }: { client: string; apiKey: string; onClose: () => void }) {
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  return (
    <Dialog
      open
      wide
      dismissible={false}
      title={`Key of “${client}”`}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have copied the key
        </Button>
      }
    >
      <IssuedKey url={info?.url ?? ''} httpUrl={info?.httpUrl ?? ''} client={client} apiKey={apiKey} />
    </Dialog>
  );
}

function ClientDialogs({ open, setOpen, actions }: ClientDialogsProps) {
  const close = (): void => setOpen(undefined);
  switch (open?.kind) {
    case undefined:
      return null;
    case 'key':
      return <IssuedKeyDialog client={open.client} apiKey={open.key} onClose={close} />;
    case 'register':
      return (
        <ClientForm
          title="Register client"
          submit="Register"
          initial={{ client: '', mayCall: '*', mayProvide: '' }}
          busy={actions.register.isPending}
          refusal={actions.register.error === null ? undefined : errorText(actions.register.error)}
          onClose={close}
          onSubmit={(values) =>
            actions.register.mutate(values, { onSuccess: (issued) => setOpen({ kind: 'key', ...issued }) })
          }
        />
      );
    case 'grants':
      return (
        <ClientForm
          fixedId
          title={`Grants of “${open.row.client}”`}
          submit="Change grants"
          initial={{
            client: open.row.client,
            mayCall: open.row.mayCall.join(' '),
            mayProvide: open.row.mayProvide.join(' '),
          }}
          busy={actions.setGrants.isPending}
          refusal={actions.setGrants.error === null ? undefined : errorText(actions.setGrants.error)}
          onClose={close}
          onSubmit={(values) => actions.setGrants.mutate(values, { onSuccess: close })}
        />
      );
  }
}

function matches(row: ClientRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === '' ||
    [row.client, ...row.mayCall, ...row.mayProvide].some((field) => field.toLowerCase().includes(wanted))
  );
}

/** Who may connect, with which keys, and what each may do. */
export function ClientsPage() {
  const { data: rows } = useQuery(hubQueries.clients.list.queryOptions({ refetchInterval: REFRESH_MS }));
  const [filter, setFilter] = useState('');
  const [selected, setSelected] = useState<string | null>(null);
  const [open, setOpen] = useState<Open>();
  const actions = useClientActions();
  const shown = (rows ?? []).filter((row) => matches(row, filter));
  const detail = rows?.find((row) => row.client === selected);

  const startRegister = (): void => {
    actions.register.reset();
    setOpen({ kind: 'register' });
  };
  const registerButton = (
    <Button variant="primary" icon={<UserPlus size={14} aria-hidden />} onClick={startRegister}>
      Register client
    </Button>
  );

  return (
    <PageFrame
      title="Clients & credentials"
      tools={
        <>
          {registerButton}
          <FilterInput label="Filter clients" value={filter} onChange={setFilter} />
          <Spacer />
          <span>{rows === undefined ? '' : `${shown.length} of ${plural(rows.length, 'client')}`}</span>
        </>
      }
    >
      {rows === undefined ? null : rows.length === 0 ? (
        <EmptyState title="No client is registered" actions={registerButton}>
          A client is an identity with keys, and with grants for the services that it may call or provide.
        </EmptyState>
      ) : (
        <Split
          id="clients"
          listLabel="List of clients"
          detailLabel="Client detail"
          detailSize={36}
          list={
            <DataTable
              label="Clients"
              columns={CLIENT_COLUMNS}
              rows={shown}
              rowId={(row) => row.client}
              selectedId={selected}
              onSelect={setSelected}
              dim={(row) => row.revokedAtMs !== null}
            />
          }
          {...(detail === undefined
            ? {}
            : {
                detail: (
                  <ClientDetail
                    row={detail}
                    actions={actions}
                    onClose={() => setSelected(null)}
                    onEdit={() => {
                      actions.setGrants.reset();
                      setOpen({ kind: 'grants', row: detail });
                    }}
                    onAddKey={() =>
                      actions.addCredential.mutate(
                        { client: detail.client },
                        { onSuccess: (issued) => setOpen({ kind: 'key', ...issued }) },
                      )
                    }
                  />
                ),
              })}
        />
      )}
      <ClientDialogs open={open} setOpen={setOpen} actions={actions} />
    </PageFrame>
  );
}
