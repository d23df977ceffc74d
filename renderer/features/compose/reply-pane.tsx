import { useMemo } from 'react';
import { Rows3 } from 'lucide-react';
import type { ComposeReply } from '../../../hub-core/console/contract/hub-contract.ts';
import { showExchange } from '../../state/inspector.ts';
import { goTo } from '../../state/pages.ts';
import { BodyView, wholeBody } from '../../ui/body/body-view.tsx';
import { Button } from '../../ui/button.tsx';
import { fromBase64 } from '../../ui/bytes.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { toneOfStatus } from '../../ui/exchange-status.ts';
import { errorText, formatMs, plural } from '../../ui/format.ts';
import { HeaderList } from '../../ui/header-list.tsx';
import { keyHint } from '../../ui/keys.ts';
import { Spacer } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import styles from './compose.module.css';

function Reply({ reply }: { readonly reply: ComposeReply }) {
  const body = useMemo(() => wholeBody(fromBase64(reply.bodyBase64)), [reply]);
  const { seq } = reply;
  return (
    <div className={styles['reply']}>
      <div className={styles['replyHead']}>
        <Status badge tone={toneOfStatus(reply.status)} word={`Status ${reply.status}`} />
        <span>{formatMs(reply.durationMs)} in the hub</span>
        <Spacer />
        <Button
          small
          disabled={seq === null}
          title={seq === null ? 'It was not captured: recording is off' : undefined}
          icon={<Rows3 size={14} aria-hidden />}
          onClick={() => {
            if (seq === null) return;
            showExchange(seq);
            goTo('inspector');
          }}
        >
          Open in Inspector
        </Button>
      </div>
      <details open>
        <summary>{plural(reply.headers.length, 'header')}</summary>
        <HeaderList label="Reply headers" headers={reply.headers} />
      </details>
      <div className={styles['replyBody']}>
        <BodyView
          label="Reply body"
          encoding={reply.encoding}
          mediaType={reply.headers.find(([name]) => name === 'content-type')?.[1] ?? ''}
          of="composed reply"
          body={body}
          totalBytes={body.source.length}
        />
      </div>
    </div>
  );
}

interface ReplyPaneProps {
  readonly reply: ComposeReply | undefined;
  readonly error: Error | null;
  readonly sending: boolean;
}

/** What came back. */
export function ReplyPane({ reply, error, sending }: ReplyPaneProps) {
  if (sending) return <EmptyState title="Waiting for the reply…" />;
  if (error !== null) return <EmptyState title="The request was not sent">{errorText(error)}</EmptyState>;
  if (reply === undefined) return <EmptyState title="No reply yet">{keyHint('send')} sends the request.</EmptyState>;
  return <Reply key={reply.seq} reply={reply} />;
}
