import type { DesktopHubState } from '../../../hub-core/console/contract/desktop-contract.ts';
import { bridge } from '../../state/console.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { errorText } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { toast } from '../../ui/toasts.ts';

type Down = Extract<DesktopHubState, { kind: 'crashed' | 'failed' | 'stopped' }>;

/** Whether there is no hub to look at; without its traffic store there still is one. */
export function isDown(state: DesktopHubState): state is Down {
  return state.kind === 'stopped' || state.kind === 'failed' || (state.kind === 'crashed' && state.thread === 'hub');
}

const failed = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });

function restart(): void {
  bridge.desktop?.restartHub().catch(failed('Cannot restart the hub'));
}

async function copyDiagnostics(): Promise<void> {
  const answer = await bridge.desktop?.diagnostics();
  if (answer !== undefined && (await copyText(answer.text, 'diagnostics'))) toast({ title: 'Diagnostics copied' });
}

function Actions({ start }: { readonly start: string }) {
  return (
    <>
      <Button variant="primary" onClick={restart}>
        {start}
      </Button>
      <Button onClick={() => void copyDiagnostics().catch(failed('Cannot copy the diagnostics'))}>
        Copy diagnostics
      </Button>
    </>
  );
}

const TITLES = {
  crashed: 'The hub crashed',
  failed: 'The hub could not be started',
  stopped: 'The hub is stopped',
} as const;

/** In place of a page, while the desktop app has no hub. */
export function HubDown({ state }: { readonly state: Down }) {
  if (state.kind === 'stopped') {
    return (
      <EmptyState
        title={TITLES.stopped}
        actions={
          <Button variant="primary" onClick={restart}>
            Start hub
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState title={TITLES[state.kind]} actions={<Actions start="Restart" />}>
      <p>{state.reason}</p>
      {state.kind === 'crashed' ? <p>It was started again three times within a minute and died each time.</p> : null}
    </EmptyState>
  );
}

interface TroubleProps {
  readonly state: DesktopHubState;
  readonly className: string | undefined;
}

const SILENT = {
  hub: 'The hub does not answer: what you see is as it was. It is started again if that goes on.',
  capture: 'The traffic store does not answer. It is started again if that goes on; the hub is not touched.',
} as const;

/** Above a page: a thread does not answer, or the hub goes on and nothing is recorded. */
export function HubTrouble({ state, className }: TroubleProps) {
  if (state.kind === 'silent') {
    return (
      <div className={className} role="status">
        <Status tone="warn" word={SILENT[state.thread]} />
      </div>
    );
  }
  if (state.kind !== 'crashed' || state.thread !== 'capture') return null;
  return (
    <div className={className} role="status">
      <span>
        <Status tone="error" word={`The traffic store crashed, nothing is recorded: ${state.reason}`} />
      </span>
      <Actions start="Restart" />
    </div>
  );
}

/** For the status bar, in words and by shape. */
export function HubState({ state }: { readonly state: DesktopHubState }) {
  switch (state.kind) {
    case 'running':
      return <Status tone="ok" word="Running" />;
    case 'starting':
      return <Status tone="pending" word="Starting" />;
    case 'silent':
      return <Status tone="warn" word={state.thread === 'hub' ? 'Not answering' : 'Store not answering'} />;
    case 'restarting':
      return <Status tone="warn" word="Restarting" />;
    case 'crashed':
      return <Status tone="error" word={state.thread === 'hub' ? 'Crashed' : 'Store crashed'} />;
    case 'failed':
      return <Status tone="error" word="Not started" />;
    case 'stopped':
      return <Status tone="warn" word="Stopped" />;
  }
}
