import { Rows3, Unplug } from 'lucide-react';
import type { ConnectionRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { showRows } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatAge, formatBytes, formatCount, formatDateTime } from '../../ui/format.ts';
import { Pane, PaneActions, PaneSection } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { CONNECTION_TONES } from './connection-columns.tsx';

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
            ['Connected', `${formatDateTime(row.connectedAtMs)} (${formatAge(Date.now() - row.connectedAtMs)} ago)`],
          ]}
        />
      </PaneSection>
      <PaneSection heading="Traffic">
        <Facts
          facts={[
            ['In', `${formatCount(row.messagesIn)} messages, ${formatBytes(row.bytesIn)}`],
            ['Out', `${formatCount(row.messagesOut)} messages, ${formatBytes(row.bytesOut)}`],
            ['In flight', formatCount(row.inFlight)],
            ['Buffered', formatBytes(row.bufferedBytes)],
            ['Services offered', row.services.length === 0 ? 'none' : row.services.join(', ')],
          ]}
        />
        <PaneActions>
          <Button small icon={<Rows3 size={14} aria-hidden />} onClick={() => showTraffic(client)}>
            Requests of this client
          </Button>
        </PaneActions>
      </PaneSection>
      {row.state === 'closed' ? null : (
        <PaneSection heading="Danger zone">
          <PaneActions>
            <Button variant="danger" icon={<Unplug size={14} aria-hidden />} onClick={onCloseConnection}>
              Close connection…
            </Button>
          </PaneActions>
        </PaneSection>
      )}
    </Pane>
  );
}
