import { Activity, Rows3, ShieldBan, Unplug } from 'lucide-react';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { usePing, useRoundTripText } from '../../state/round-trips.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatAge, formatBytes, formatCount, formatDateTime } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { CONNECTION_TONES } from './connection-columns.tsx';
import { useBlockClient } from './use-block-client.ts';

interface ConnectionDetailProps {
  readonly row: ConnectionRow;
  readonly onClose: () => void;
  readonly onCloseConnection: () => void;
}

function showTraffic(client: string): void {
  showRows(`from:${client}`);
  goTo('inspector');
}

export function ConnectionDetail({ row, onClose, onCloseConnection }: ConnectionDetailProps) {
  const client = row.client ?? 'anonymous';
  const ping = usePing();
  const roundTrip = useRoundTripText(row.id);
  const blocking = useBlockClient();
  const ended = row.closedAtMs === null ? '' : `, closed after ${formatAge(row.closedAtMs - row.connectedAtMs)}`;
  return (
    <Pane title={`${row.id} · ${client}`} onClose={onClose}>
      <PaneSection>
        <Facts
          facts={[
            ['State', <Status key="state" badge tone={CONNECTION_TONES[row.state]} word={row.state} />],
            ...(row.closeReason === null ? [] : [['Closed because', row.closeReason] as const]),
            ['Client', client],
            ['Rights', row.role],
            ['Does', row.part],
            ['Agent', row.agent || '–'],
            ['Address', row.remoteAddress],
            ['Protocol', [row.transport, row.subprotocol].filter(Boolean).join(' · ')],
            [
              'Connected',
              `${formatDateTime(row.connectedAtMs)} (${formatAge(Date.now() - row.connectedAtMs)} ago${ended})`,
            ],
            ['Round trip', roundTrip],
          ]}
        />
      </PaneSection>
      <PaneSection heading="Traffic">
        <Facts
          facts={[
            ['In', `${formatCount(row.messagesIn)} messages, ${formatBytes(row.bytesIn)}`],
            ['Out', `${formatCount(row.messagesOut)} messages, ${formatBytes(row.bytesOut)}`],
            ['In flight', formatCount(row.inFlight)],
            ['Errors', `${formatCount(row.errors)} of its requests were answered with one`],
            ['Buffered', formatBytes(row.bufferedBytes)],
            ['Services offered', row.services.length === 0 ? 'none' : row.services.join(', ')],
          ]}
        />
        <PaneActions>
          <Button small icon={<Rows3 size={14} aria-hidden />} onClick={() => showTraffic(client)}>
            Requests of this client
          </Button>
          <Button
            small
            icon={<Activity size={14} aria-hidden />}
            title={`Asks for a Pong (${keyHint('act-ping')})`}
            disabled={row.state === 'closed' || ping.isPending}
            onClick={() => ping.mutate({ connection: row.id })}
          >
            Ping
          </Button>
        </PaneActions>
      </PaneSection>
      <PaneSection heading="Danger zone">
        <PaneActions>
          <Button
            variant="danger"
            icon={<Unplug size={14} aria-hidden />}
            title={keyHint('act-remove')}
            disabled={row.state === 'closed'}
            onClick={onCloseConnection}
          >
            Close connection…
          </Button>
          <Button
            variant="danger"
            icon={<ShieldBan size={14} aria-hidden />}
            title={`Refuses “${client}” wherever it connects from, for 10 minutes`}
            disabled={row.client === null || row.role === 'anonymous' || blocking.busy}
            onClick={() => blocking.block(client)}
          >
            Block this client for 10 m
          </Button>
        </PaneActions>
      </PaneSection>
    </Pane>
  );
}
