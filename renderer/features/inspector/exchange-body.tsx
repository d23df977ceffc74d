import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../hub-core/console/contract/capture-contract.ts';
import { readBody } from '../../bridge/body.ts';
import { usePreferences } from '../../state/preferences.ts';
import { BodyView } from '../../ui/body-view.tsx';
import { Button } from '../../ui/button.tsx';
import { errorText, formatBytes, plural } from '../../ui/format.ts';
import { HeaderList } from '../../ui/header-list.tsx';
import styles from './detail.module.css';

export type BodyPart = 'request' | 'reply';
type StoredPart = NonNullable<ExchangeDetail[BodyPart]>;

/** Above that only the beginning is read, until somebody asks for all of it. */
const WHOLE_BYTES = 5_000_000;
const FIRST_BYTES = 256_000;

/** The stored bytes of a part: all of them, or the first where they are many. */
export function useBody(seq: number, part: BodyPart, stored: StoredPart | null) {
  const [all, setAll] = useState(false);
  const storedBytes = stored?.storedBytes ?? 0;
  const maxBytes = all || storedBytes <= WHOLE_BYTES ? storedBytes : FIRST_BYTES;
  const query = useQuery({
    queryKey: ['body', seq, part, maxBytes],
    queryFn: ({ signal }) => readBody(seq, part, { maxBytes, signal }),
    staleTime: Infinity,
    gcTime: 10_000,
    enabled: stored !== null,
  });
  return { ...query, partial: maxBytes < storedBytes, loadAll: () => setAll(true) };
}

function strip({ storedBytes, totalBytes }: StoredPart, shown: number, loadAll: (() => void) | undefined) {
  if (loadAll !== undefined) {
    return (
      <>
        First {formatBytes(shown)} of {formatBytes(storedBytes)}
        <Button small onClick={loadAll}>
          Load all
        </Button>
      </>
    );
  }
  if (storedBytes >= totalBytes) return undefined;
  return `The store kept ${formatBytes(storedBytes)} of ${formatBytes(totalBytes)}: the limit of captured bodies`;
}

interface ExchangeBodyProps {
  readonly detail: ExchangeDetail;
  readonly part: BodyPart;
}

/** One side of an exchange: its headers, its body. */
export function ExchangeBody({ detail, part }: ExchangeBodyProps) {
  const stored = detail[part];
  const { seq, service } = detail.row;
  const { data, error, partial, loadAll } = useBody(seq, part, stored);
  const format = usePreferences((state) => state.bodyFormats[service]);
  const name = part === 'request' ? 'Request' : 'Reply';

  if (stored === null) return <p className={styles['note']}>No answer came yet.</p>;
  return (
    <div className={styles['side']}>
      <details open>
        <summary>{plural(stored.headers.length, 'header')}</summary>
        <HeaderList label={`${name} headers`} headers={stored.headers} />
      </details>
      <div className={styles['bodyArea']}>
        {error !== null ? (
          <p className={styles['note']}>{errorText(error)}</p>
        ) : data === undefined ? null : stored.storedBytes === 0 && stored.totalBytes > 0 ? (
          <p className={styles['note']}>{formatBytes(stored.totalBytes)} passed, none were stored.</p>
        ) : (
          <BodyView
            label={`${name} body`}
            encoding={stored.encoding}
            bytes={data.bytes}
            totalBytes={stored.totalBytes}
            format={format}
            onFormat={(next) =>
              usePreferences.setState((state) => ({ bodyFormats: { ...state.bodyFormats, [service]: next } }))
            }
            strip={strip(stored, data.bytes.length, partial ? loadAll : undefined)}
          />
        )}
      </div>
    </div>
  );
}
