import type { ReactNode } from 'react';
import { Download } from 'lucide-react';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { bodyUrl } from '../../../bridge/body.ts';
import type { BodyPart } from '../../../bridge/body.ts';
import { usePreferences } from '../../../state/preferences.ts';
import { BodyView } from '../../../ui/body/body-view.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { errorText, formatBytes, plural } from '../../../ui/format.ts';
import { HeaderList } from '../../../ui/header-list.tsx';
import { FIRST_BYTES, RANGES_BYTES } from './body-plan.ts';
import { beginColumn } from './begin-column.ts';
import { filterRows } from './filter-rows.ts';
import { useStoredBody } from './use-stored-body.ts';
import type { StoredPart } from './use-stored-body.ts';
import styles from './detail.module.css';

export const PART_NAMES: Readonly<Record<BodyPart, string>> = { request: 'Request', reply: 'Reply' };

/** Hands a stored body to the person's own disk, as it is. */
function saveBody(seq: number, part: BodyPart): void {
  const link = document.createElement('a');
  link.href = bodyUrl(seq, part);
  link.download = `exchange-${seq}-${part}`;
  link.click();
}

interface StripProps {
  readonly seq: number;
  readonly part: BodyPart;
  readonly stored: StoredPart;
  readonly loadAll: (() => void) | undefined;
}

/** Says what of a body is not there, and how to get it; nothing where all of it is. */
function stripOf({ seq, part, stored, loadAll }: StripProps): ReactNode {
  const { storedBytes, totalBytes } = stored;
  const cut =
    storedBytes < totalBytes
      ? `Stored ${formatBytes(storedBytes)} of ${formatBytes(totalBytes)}: the capture limit`
      : undefined;
  const save = (
    <Button small onClick={() => saveBody(seq, part)}>
      Save as…
    </Button>
  );
  if (loadAll !== undefined) {
    return (
      <>
        <span>
          First {formatBytes(FIRST_BYTES)} of {formatBytes(storedBytes)}
        </span>
        <Button small onClick={loadAll}>
          Load all
        </Button>
        {save}
        {cut === undefined ? null : <span>{cut}</span>}
      </>
    );
  }
  if (storedBytes > RANGES_BYTES) {
    return (
      <>
        <span>{cut ?? `${formatBytes(storedBytes)}: only what is looked at is read`}</span>
        {save}
      </>
    );
  }
  return cut;
}

/** The media type that a message's header tells. */
const mediaTypeOf = ({ headers }: StoredPart): string => headers.find(([name]) => name === 'content-type')?.[1] ?? '';

interface ExchangeBodyProps {
  readonly detail: ExchangeDetail;
  readonly part: BodyPart;
}

/** One side of an exchange: its headers, its body. */
export function ExchangeBody({ detail, part }: ExchangeBodyProps) {
  const stored = detail[part];
  if (stored === null) return <NoReply detail={detail} />;
  return (
    <div className={styles['side']}>
      <details open={stored.headers.length > 0}>
        <summary>{plural(stored.headers.length, 'header')}</summary>
        <HeaderList label={`${PART_NAMES[part]} headers`} headers={stored.headers} />
      </details>
      <div className={styles['bodyArea']}>
        <StoredBody detail={detail} part={part} stored={stored} />
      </div>
    </div>
  );
}

function NoReply({ detail }: { readonly detail: ExchangeDetail }) {
  const { outcome } = detail.row;
  const why =
    outcome === null
      ? 'Still waiting for the reply.'
      : outcome === 'one-way'
        ? 'A one-way request has no reply.'
        : 'No reply came.';
  return <p className={styles['note']}>{why}</p>;
}

function StoredBody({ detail, part, stored }: ExchangeBodyProps & { readonly stored: StoredPart }) {
  const { seq, service } = detail.row;
  const { body, error, loadAll } = useStoredBody(seq, part, stored);
  const format = usePreferences((state) => state.bodyFormats[service]);
  const label = `${PART_NAMES[part]} body`;
  if (error !== null) {
    return (
      <p className={styles['note']} role="alert">
        {errorText(error)}
      </p>
    );
  }
  if (stored.storedBytes === 0 && stored.totalBytes > 0) {
    return <p className={styles['note']}>{formatBytes(stored.totalBytes)} passed, none were stored.</p>;
  }
  if (body === undefined) return <p className={styles['note']}>Reading…</p>;
  return (
    <BodyView
      label={label}
      encoding={stored.encoding}
      mediaType={mediaTypeOf(stored)}
      of={`${service} ${part}`}
      body={body}
      totalBytes={stored.totalBytes}
      format={format}
      onFormat={(next) =>
        usePreferences.setState((state) => ({ bodyFormats: { ...state.bodyFormats, [service]: next } }))
      }
      strip={stripOf({ seq, part, stored, loadAll })}
      tools={
        stored.storedBytes === 0 ? null : (
          <IconButton
            small
            label={`Save the ${label.toLowerCase()} as…`}
            icon={<Download size={14} aria-hidden />}
            onClick={() => saveBody(seq, part)}
          />
        )
      }
      onFilter={filterRows}
      onColumn={(path) => beginColumn(path, part)}
    />
  );
}
