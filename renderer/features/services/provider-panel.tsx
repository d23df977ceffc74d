import { useEffect, useState } from 'react';
import type { Ref } from 'react';
import type { ProviderRow } from '../../../hub-core/console/contract/hub-contract.ts';
import { usePing, useRoundTripText } from '../../state/round-trips.ts';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Select, TextInput } from '../../ui/field.tsx';
import { formatAge, formatCount } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { PaneActions } from '../../ui/pane.tsx';
import { Status } from '../../ui/status.tsx';
import { PROVIDER_TONES } from './health.ts';
import { parseWeight } from './parse-weight.ts';
import type { ProviderActions } from './use-provider-actions.ts';
import styles from './service-detail.module.css';

const EJECT_MS = [60_000, 600_000, 3_600_000, 86_400_000] as const;
interface WeightFormProps {
  readonly provider: ProviderRow;
  readonly actions: ProviderActions;
  readonly inputRef: Ref<HTMLInputElement>;
}

function WeightForm({ provider, actions, inputRef }: WeightFormProps) {
  const [text, setText] = useState(String(provider.weight));
  useEffect(() => setText(String(provider.weight)), [provider.weight]);
  const weight = parseWeight(text);
  return (
    <form
      className={styles['inline']}
      onSubmit={(event) => {
        event.preventDefault();
        if (weight !== undefined) actions.setWeight(provider, weight);
      }}
    >
      <TextInput
        ref={inputRef}
        className={styles['weight']}
        inputMode="numeric"
        aria-label={`Weight of ${provider.id}, 1 to 1,000`}
        aria-invalid={weight === undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button
        small
        type="submit"
        title={`Go to the field: ${keyHint('act-weigh')}`}
        disabled={weight === undefined || weight === provider.weight || actions.busy}
      >
        Set weight
      </Button>
    </form>
  );
}

interface ProviderPanelProps {
  readonly provider: ProviderRow;
  readonly actions: ProviderActions;
  readonly ejectMs: number;
  readonly onEjectMs: (ms: number) => void;
  readonly weightRef: Ref<HTMLInputElement>;
}

/** What one provider is like, and what can be done to it. */
export function ProviderPanel({ provider, actions, ejectMs, onEjectMs, weightRef }: ProviderPanelProps) {
  const ping = usePing();
  const roundTrip = useRoundTripText(provider.connection);
  const out = provider.state === 'draining' || provider.state === 'ejected' || provider.state === 'half-open';
  return (
    <div role="group" aria-label={`Provider ${provider.id}`} className={styles['panel']}>
      <Facts
        facts={[
          ['Channel', provider.id],
          ['State', <Status key="state" tone={PROVIDER_TONES[provider.state]} word={provider.state} />],
          ['Address', provider.remoteAddress],
          ['Provides since', formatAge(Date.now() - provider.sinceMs)],
          ['Schema warnings', `${formatCount(provider.warnings)} answers broke the schema of their route`],
          ['Last failure', provider.lastFailure ?? 'none'],
          ['Round trip', roundTrip],
        ]}
      />
      <PaneActions>
        <Button
          small
          title={`Gives it nothing new (${keyHint('act-drain')})`}
          disabled={provider.state === 'draining' || actions.busy}
          onClick={() => actions.drain(provider)}
        >
          Drain
        </Button>
        <Button
          small
          title={`Ends a drain or an ejection (${keyHint('act-undrain')})`}
          disabled={!out || actions.busy}
          onClick={() => actions.undrain(provider)}
        >
          {provider.state === 'draining' ? 'Undrain' : 'Let back'}
        </Button>
        <span className={styles['inline']}>
          <Button
            small
            title={`Keeps new work from it for a while (${keyHint('act-eject')})`}
            disabled={actions.busy}
            onClick={() => actions.eject(provider, ejectMs)}
          >
            Eject for
          </Button>
          <Select
            className={styles['duration']}
            aria-label="How long it is ejected"
            value={ejectMs}
            onChange={(event) => onEjectMs(Number(event.target.value))}
          >
            {EJECT_MS.map((ms) => (
              <option key={ms} value={ms}>
                {ms < 3_600_000 ? `${ms / 60_000} m` : `${ms / 3_600_000} h`}
              </option>
            ))}
          </Select>
        </span>
        <WeightForm provider={provider} actions={actions} inputRef={weightRef} />
        <Button
          small
          title={`Asks its connection for a Pong (${keyHint('act-ping')})`}
          disabled={ping.isPending}
          onClick={() => ping.mutate({ connection: provider.connection })}
        >
          Ping
        </Button>
      </PaneActions>
    </div>
  );
}
