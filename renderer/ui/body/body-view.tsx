import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from '../button.tsx';
import { decodeLeniently, decodeText } from '../bytes.ts';
import { CodeView } from '../code-view.tsx';
import { CopyButton } from '../copy-button.tsx';
import { formatBytes } from '../format.ts';
import { HexView } from '../hex-view.tsx';
import type { ByteSpan } from '../hex-view.tsx';
import { memorySource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { DecodedView } from './decoded-view.tsx';
import { JsonTree } from './json-tree-pane.tsx';
import { lookOf } from './sniff.ts';
import type { BodyLook } from './sniff.ts';
import { useBodyJob } from './use-body-job.ts';
import styles from './body-view.module.css';

export type BodyFormat = 'pretty' | 'tree' | 'text' | 'hex' | 'decoded';

const FORMATS: readonly (readonly [BodyFormat, string])[] = [
  ['pretty', 'Pretty'],
  ['tree', 'Tree'],
  ['text', 'Text'],
  ['hex', 'Hex'],
  ['decoded', 'Decoded'],
];

/** What there is of a body. */
export interface ShownBody {
  /** From its beginning; undefined where it is too large for anything but a look at ranges. */
  readonly bytes: Uint8Array | undefined;
  /** The bytes are not all that passed. */
  readonly partial: boolean;
  /** All that are stored. */
  readonly source: ByteSource;
}

/** A body of which everything is there. */
export const wholeBody = (bytes: Uint8Array): ShownBody => ({ bytes, partial: false, source: memorySource(bytes) });

interface BodyViewProps {
  /** `Request body`, `Reply body`. */
  readonly label: string;
  readonly encoding: string;
  /** As its header says; '' when none does. */
  readonly mediaType: string;
  /** What choices of reading are remembered for: `math request`. */
  readonly of: string;
  readonly body: ShownBody;
  /** Bytes that passed; more than there are when the store keeps only a part. */
  readonly totalBytes: number;
  /** The format chosen before; absent = what suits the bytes. */
  readonly format?: BodyFormat | undefined;
  readonly onFormat?: (format: BodyFormat) => void;
  /** What is said above the body: that it is a part, and how to get the rest. */
  readonly strip?: ReactNode;
  /** Further actions on the body. */
  readonly tools?: ReactNode;
  /** Takes a filter that finds the same value; absent = there is no list to filter. */
  readonly onFilter?: ((filter: string, apply: boolean) => void) | undefined;
  /** Takes the path of a value that a list shall show; absent = there is no such list. */
  readonly onColumn?: ((path: string) => void) | undefined;
}

/** The formats that a body can be shown in. */
function possible(bytes: Uint8Array | undefined, look: BodyLook): ReadonlySet<BodyFormat> {
  if (bytes === undefined) return new Set(['hex']);
  return new Set(look === 'json' ? FORMATS.map(([id]) => id) : ['text', 'hex', 'decoded']);
}

const FIRST: Readonly<Record<BodyLook, BodyFormat>> = { binary: 'hex', json: 'pretty', text: 'text' };

/** A body as text or bytes, whatever it claims to be. */
export function BodyView(props: BodyViewProps) {
  const { label, encoding, body, totalBytes, format, onFormat, strip, tools } = props;
  const [own, setOwn] = useState<BodyFormat>();
  const { bytes } = body;
  const look = useMemo(() => (bytes === undefined ? 'binary' : lookOf(bytes, encoding)), [bytes, encoding]);
  const formats = useMemo(() => possible(bytes, look), [bytes, look]);
  const wanted = own ?? format;
  const shown = wanted !== undefined && formats.has(wanted) ? wanted : FIRST[look];
  if (totalBytes === 0) return <p className={styles['none']}>No body.</p>;
  const choose = (next: BodyFormat): void => {
    setOwn(next);
    onFormat?.(next);
  };
  return (
    <div className={styles['body']}>
      <div className={styles['bar']}>
        <span className={styles['facts']}>
          {encoding} · {formatBytes(totalBytes)}
        </span>
        <div role="group" className={styles['formats']} aria-label={`Format of the ${label.toLowerCase()}`}>
          {FORMATS.map(([id, name]) => (
            <Button
              key={id}
              small
              variant="ghost"
              aria-pressed={id === shown}
              disabled={!formats.has(id)}
              onClick={() => choose(id)}
            >
              {name}
            </Button>
          ))}
        </div>
        {bytes === undefined || look === 'binary' ? null : (
          <CopyButton text={() => decodeText(bytes) ?? decodeLeniently(bytes)} what="body" />
        )}
        {tools}
      </div>
      {strip === undefined ? null : (
        <div className={styles['strip']} role="note" aria-label={`About the ${label.toLowerCase()}`}>
          {strip}
        </div>
      )}
      <div className={styles['content']}>
        <Content {...props} shown={shown} />
      </div>
    </div>
  );
}

function Content({ shown, ...props }: BodyViewProps & { readonly shown: BodyFormat }) {
  const { label, encoding, mediaType, of, body, onFilter, onColumn } = props;
  const [selection, setSelection] = useState<ByteSpan>();
  const { bytes, source } = body;
  if (shown === 'hex' || bytes === undefined) {
    return (
      <HexView
        label={`${label} as hex`}
        source={source}
        selection={selection}
        onPoint={(offset) => setSelection({ start: offset, end: offset + 1 })}
      />
    );
  }
  switch (shown) {
    case 'tree':
      return (
        <JsonTree
          label={`${label} as a tree`}
          bytes={bytes}
          partial={body.partial}
          selection={selection}
          onSelect={setSelection}
          onFilter={onFilter}
          onColumn={onColumn}
        />
      );
    case 'decoded':
      return <DecodedView {...{ label, bytes, encoding, mediaType, of }} />;
    case 'text':
      return <TextBody label={label} bytes={bytes} />;
    case 'pretty':
      return <PrettyBody label={label} bytes={bytes} partial={body.partial} />;
  }
}

function TextBody({
  label,
  bytes,
  why,
}: {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly why?: string;
}) {
  const job = useMemo(() => ({ op: 'text', bytes }) as const, [bytes]);
  const state = useBodyJob(job);
  if (state.state === 'working') return <p className={styles['none']}>Reading…</p>;
  if (state.state === 'failed') return <p className={styles['none']}>{state.reason}</p>;
  if (state.state !== 'text') return null;
  const notes = [why, state.exact ? undefined : 'Bytes that are no UTF-8 are shown as \ufffd; Hex shows them'];
  return (
    <Noted notes={notes}>
      <CodeView label={label} text={state.text} language="text" of={job} expected={bytes.length} />
    </Noted>
  );
}

interface PrettyBodyProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly partial: boolean;
}

function PrettyBody({ label, bytes, partial }: PrettyBodyProps) {
  const job = useMemo(() => ({ op: 'pretty', bytes, partial }) as const, [bytes, partial]);
  const state = useBodyJob(job);
  switch (state.state) {
    case 'working':
      return <p className={styles['none']}>Laying out…</p>;
    case 'unfit':
      return <TextBody label={label} bytes={bytes} why={`${state.reason}: shown as text`} />;
    case 'failed':
      return <p className={styles['none']}>{state.reason}</p>;
    case 'text':
      return (
        <Noted notes={[state.exact ? undefined : 'Bytes that are no UTF-8 are shown as \ufffd; Hex shows them']}>
          <CodeView label={label} text={state.text} language="json" of={job} expected={bytes.length} />
        </Noted>
      );
    case 'tree':
      return null;
  }
}

interface NotedProps {
  readonly notes: readonly (string | undefined)[];
  readonly children: ReactNode;
}

/** Content under what must be said of it. */
function Noted({ notes, children }: NotedProps) {
  const said = notes.filter((note) => note !== undefined);
  return (
    <div className={styles['noted']}>
      {said.length === 0 ? null : (
        <p className={styles['note']} role="status">
          {said.join('. ')}
        </p>
      )}
      <div className={styles['content']}>{children}</div>
    </div>
  );
}
