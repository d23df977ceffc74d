import { useEffect, useRef, useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus, Send } from 'lucide-react';
import { hubQueries } from '../../state/console.ts';
import { draftInput, METHODS } from '../../state/draft-input.ts';
import type { DraftProblem } from '../../state/draft-input.ts';
import { changeDraft, currentDraft, EMPTY_DRAFT, openDraft, useDraft } from '../../state/draft.ts';
import { Button } from '../../ui/button.tsx';
import { Select, TextInput } from '../../ui/field.tsx';
import { keyHint } from '../../ui/keys.ts';
import { PageFrame, Spacer } from '../../ui/page.tsx';
import { Split } from '../../ui/split.tsx';
import { Status } from '../../ui/status.tsx';
import { BodyEditor } from './body-editor.tsx';
import { HeadersEditor } from './headers-editor.tsx';
import { ReplyPane } from './reply-pane.tsx';
import { UriInput } from './uri-input.tsx';
import styles from './compose.module.css';

function RequestLine() {
  const { as, method } = useDraft((state) => state.draft);
  const { data: clients = [] } = useQuery(hubQueries.clients.list.queryOptions());
  const live = clients.filter((client) => client.revokedAtMs === null);
  return (
    <div className={styles['line']}>
      <Select
        aria-label="Send as"
        title="The client whose grants hold"
        value={as ?? ''}
        onChange={(event) => changeDraft({ as: event.target.value === '' ? null : event.target.value })}
      >
        <option value="">as the console</option>
        {live.map(({ client }) => (
          <option key={client} value={client}>
            as {client}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Method"
        value={method}
        onChange={(event) => {
          const next = METHODS.find((candidate) => candidate === event.target.value);
          if (next !== undefined) changeDraft({ method: next });
        }}
      >
        {METHODS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <UriInput />
    </div>
  );
}

function Options() {
  const { timeoutMs, idempotent } = useDraft((state) => state.draft);
  return (
    <div className={styles['options']}>
      <label>
        Time-out
        <TextInput
          type="number"
          min={1}
          max={600_000}
          className={styles['timeout'] ?? ''}
          aria-label="Time-out in ms"
          value={Number.isNaN(timeoutMs) ? '' : timeoutMs}
          onChange={(event) => changeDraft({ timeoutMs: event.target.valueAsNumber })}
        />
        ms
      </label>
      <label>
        <input
          type="checkbox"
          checked={idempotent}
          onChange={(event) => changeDraft({ idempotent: event.target.checked })}
        />
        Idempotent: may be sent twice
      </label>
    </div>
  );
}

/** Sends by its key wherever the focus is: it is nowhere after a captured request came here to be edited. */
function useSendKey(onSend: () => void): void {
  const latest = useRef(onSend);
  latest.current = onSend;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Sends one request through the hub, and shows what comes back. */
export function ComposePage() {
  const [problem, setProblem] = useState<DraftProblem>();
  const send = useMutation(hubQueries.compose.send.mutationOptions());

  const onSend = (): void => {
    if (send.isPending) return;
    const result = draftInput(currentDraft());
    setProblem(result.kind === 'wrong' ? result.problem : undefined);
    if (result.kind === 'ready') send.mutate(result.input);
  };
  useSendKey(onSend);

  return (
    <PageFrame
      title="Compose"
      tools={
        <>
          <Button
            variant="primary"
            small
            title={keyHint('send')}
            disabled={send.isPending}
            icon={<Send size={14} aria-hidden />}
            onClick={onSend}
          >
            Send
          </Button>
          <Spacer />
          <Button small variant="ghost" icon={<Plus size={14} aria-hidden />} onClick={() => openDraft(EMPTY_DRAFT)}>
            New request
          </Button>
        </>
      }
    >
      <Split
        id="compose"
        listLabel="Request"
        detailLabel="Reply"
        detailSize={48}
        list={
          <div className={styles['compose']}>
            <RequestLine />
            <Options />
            {problem === undefined ? null : (
              <div className={styles['problem']} role="alert">
                <Status tone="error" word={problem.message} />
              </div>
            )}
            <HeadersEditor />
            <BodyEditor />
          </div>
        }
        detail={<ReplyPane reply={send.data} error={send.error} sending={send.isPending} />}
      />
    </PageFrame>
  );
}
