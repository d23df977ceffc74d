import { KeyRound, Pencil, RotateCcw, ShieldOff } from 'lucide-react';
import type { ClientRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatAge, formatCount, formatDateTime } from '../../ui/format.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { grantsText } from './client-columns.tsx';
import type { ClientActions } from './use-client-actions.ts';
import styles from './clients.module.css';

interface ClientDetailProps {
  readonly row: ClientRow;
  readonly actions: ClientActions;
  readonly onClose: () => void;
  readonly onEdit: () => void;
  readonly onAddKey: () => void;
}

function Keys({ row, actions }: Pick<ClientDetailProps, 'row' | 'actions'>) {
  return (
    <ul>
      {row.credentials.map((credential) => (
        <li key={credential.id} className={styles['credential']}>
          <span>
            <code>{credential.prefix}…</code>{' '}
            <span className={styles['note']}>
              made {formatDateTime(credential.createdAtMs)},{' '}
              {credential.lastUsedAtMs === null
                ? 'never used'
                : `used ${formatAge(Date.now() - credential.lastUsedAtMs)} ago`}
            </span>
          </span>
          {credential.revokedAtMs === null ? (
            <Button
              small
              variant="danger"
              disabled={actions.revokeCredential.isPending}
              aria-label={`Revoke key ${credential.prefix}`}
              onClick={() => actions.revokeCredential.mutate({ client: row.client, credential: credential.id })}
            >
              Revoke key
            </Button>
          ) : (
            <Status tone="error" word="revoked" />
          )}
        </li>
      ))}
    </ul>
  );
}

export function ClientDetail({ row, actions, onClose, onEdit, onAddKey }: ClientDetailProps) {
  const { revokedAtMs } = row;
  const revoked = revokedAtMs !== null;
  return (
    <Pane title={row.client} onClose={onClose}>
      <PaneSection>
        <Facts
          facts={[
            [
              'State',
              revokedAtMs !== null ? (
                <Status key="state" badge tone="error" word={`revoked ${formatAge(Date.now() - revokedAtMs)} ago`} />
              ) : (
                <Status key="state" badge tone="ok" word="may connect" />
              ),
            ],
            ['Rights', row.role],
            ['May call', grantsText(row.mayCall)],
            ['May provide', grantsText(row.mayProvide)],
            ['Connections', formatCount(row.connections)],
            ['Created', formatDateTime(row.createdAtMs)],
          ]}
        />
        <PaneActions>
          <Button small icon={<Pencil size={14} aria-hidden />} disabled={revoked} onClick={onEdit}>
            Change grants…
          </Button>
        </PaneActions>
      </PaneSection>
      <PaneSection heading="Keys">
        <Keys row={row} actions={actions} />
        <PaneActions>
          <Button
            small
            icon={<KeyRound size={14} aria-hidden />}
            disabled={revoked || actions.addCredential.isPending}
            onClick={onAddKey}
          >
            Add key
          </Button>
        </PaneActions>
      </PaneSection>
      <PaneSection heading="Danger zone">
        <PaneActions>
          {revoked ? (
            <Button
              icon={<RotateCcw size={14} aria-hidden />}
              disabled={actions.restore.isPending}
              onClick={() => actions.restore.mutate({ client: row.client })}
            >
              Restore client
            </Button>
          ) : (
            <Button
              variant="danger"
              icon={<ShieldOff size={14} aria-hidden />}
              disabled={actions.revoke.isPending}
              onClick={() => actions.revoke.mutate({ client: row.client })}
            >
              Revoke client
            </Button>
          )}
        </PaneActions>
      </PaneSection>
    </Pane>
  );
}
