import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { bridge } from '../../state/console.ts';
import { useConnection } from '../../state/connection.ts';
import { useHubState } from '../../state/hub-state.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Status } from '../../ui/status.tsx';
import { HubDown, HubTrouble, isDown } from './hub-down.tsx';
import styles from './connection-gate.module.css';

const NEW_LINK = 'npm run -s whub -- console --open';

/** A short break mends itself and is not worth a banner that pushes the page down. */
const SAY_AFTER_MS = 600;

function useLater(value: boolean): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLater(value), value ? SAY_AFTER_MS : 0);
    return () => window.clearTimeout(timer);
  }, [value]);
  return value && later;
}

function Unauthorized() {
  return (
    <EmptyState
      title="This page has no valid link to the hub"
      actions={
        <Button variant="primary" onClick={() => bridge.retry()}>
          Try again
        </Button>
      }
    >
      <p>The link is valid while the hub runs: it was started again since. Get a new link with</p>
      <p className={styles['command']}>
        <code>{NEW_LINK}</code>
        <CopyButton text={NEW_LINK} what="command" />
      </p>
    </EmptyState>
  );
}

/** Says so where the hub is out of reach; what was there stays on the screen meanwhile. */
export function ConnectionGate({ children }: { readonly children: ReactNode }) {
  const { hub, everConnected } = useConnection();
  const [wasLost, setWasLost] = useState(false);
  useEffect(() => {
    if (hub.kind === 'lost') setWasLost(true);
    if (hub.kind === 'connected') setWasLost(false);
  }, [hub.kind]);
  const away = useLater(hub.kind !== 'connected');
  const state = useHubState();

  if (state !== undefined && isDown(state)) return <HubDown state={state} />;
  if (hub.kind === 'lost' && hub.refusal === 'unauthorized') return <Unauthorized />;
  if (!everConnected && wasLost) {
    return (
      <EmptyState
        title="The hub does not answer"
        actions={
          <Button variant="primary" onClick={() => bridge.retry()}>
            Try again
          </Button>
        }
      >
        It may still be starting. This page tries again by itself.
      </EmptyState>
    );
  }
  return (
    <>
      {everConnected && away ? (
        <div className={styles['banner']} role="status">
          <span className={styles['text']}>
            <Status tone="warn" word="Connection to the hub lost, retrying: what you see is as it was" />
          </span>
          <Button small onClick={() => bridge.retry()}>
            Retry now
          </Button>
        </div>
      ) : null}
      {state === undefined ? null : <HubTrouble state={state} className={styles['banner']} />}
      {children}
    </>
  );
}
