import { useQuery } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../hub-core/console/contract/capture-contract.ts';
import { readBody } from '../../bridge/body.ts';
import type { BodyPart } from '../../bridge/body.ts';
import { bridge } from '../../state/console.ts';
import { exchangeStatus } from '../../ui/exchange-status.ts';
import { errorText, formatBytes, formatMs } from '../../ui/format.ts';
import { keyHint } from '../../ui/keys.ts';
import { Status } from '../../ui/status.tsx';
import { PEEK_BYTES, peekText } from './peek-text.ts';
import styles from './quick-peek.module.css';

const NAMES: Readonly<Record<BodyPart, string>> = { request: 'Request', reply: 'Reply' };

function PeekBody({ detail, part }: { readonly detail: ExchangeDetail; readonly part: BodyPart }) {
  const stored = detail[part]?.storedBytes ?? 0;
  const length = Math.min(stored, PEEK_BYTES);
  const { data, error } = useQuery({
    queryKey: ['body', detail.row.seq, part, length],
    queryFn: ({ signal }) => readBody(detail.row.seq, part, { offset: 0, length, signal }),
    staleTime: Infinity,
    gcTime: 10_000,
    enabled: length > 0,
  });
  if (length === 0) return null;
  return (
    <>
      <h3>
        {NAMES[part]}, {formatBytes(detail[part]?.totalBytes ?? 0)}
      </h3>
      <pre>{error !== null ? errorText(error) : data === undefined ? '…' : peekText(data, length === stored)}</pre>
    </>
  );
}

/** A glance at the selected exchange over the list, which keeps the focus. */
export function QuickPeek({ seq }: { readonly seq: number }) {
  const { data: detail, error } = useQuery({
    queryKey: ['exchange', seq],
    queryFn: ({ signal }) => bridge.capture.exchange({ seq }, { signal }),
    placeholderData: (previous) => previous,
  });
  if (error !== null || detail === null) {
    return (
      <section className={styles['peek']} aria-label="Quick peek" aria-live="polite">
        {error === null ? 'This row is no longer stored.' : errorText(error)}
      </section>
    );
  }
  if (detail === undefined) return null;
  const { row } = detail;
  const { tone, word } = exchangeStatus(row);
  return (
    <section className={styles['peek']} aria-label="Quick peek" aria-live="polite">
      <h2>
        #{row.seq} {row.method} {row.uri}
      </h2>
      <div>
        <Status tone={tone} word={row.error === '' ? word : `${word} ${row.error}`} />
      </div>
      <p className={styles['facts']}>
        {row.from} to {row.provider === '' ? 'nobody' : `${row.providerClient} on ${row.provider}`},{' '}
        {formatMs(row.durationMs)}
        {row.comment === '' ? '' : `: ${row.comment}`}
      </p>
      <PeekBody detail={detail} part="request" />
      <PeekBody detail={detail} part="reply" />
      <p className={styles['hint']}>
        <kbd>{keyHint('list-space')}</kbd> or <kbd>{keyHint('list-clear')}</kbd> closes,{' '}
        <kbd>{keyHint('list-open')}</kbd> opens all of it
      </p>
    </section>
  );
}
