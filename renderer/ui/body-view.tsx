import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { decodeLeniently, decodeText, looksBinary } from './bytes.ts';
import { CodeView } from './code-view.tsx';
import { CopyButton } from './copy-button.tsx';
import { formatBytes } from './format.ts';
import { HexView } from './hex-view.tsx';
import { prettyJson } from './json-format.ts';
import styles from './body-view.module.css';

export type BodyFormat = 'pretty' | 'text' | 'hex';

const FORMATS: readonly (readonly [BodyFormat, string])[] = [
  ['pretty', 'Pretty'],
  ['text', 'Text'],
  ['hex', 'Hex'],
];

interface BodyViewProps {
  /** `Request body`, `Reply body`. */
  readonly label: string;
  readonly encoding: string;
  readonly bytes: Uint8Array;
  /** Bytes that passed; more than there are when the store keeps only a part. */
  readonly totalBytes: number;
  /** The format chosen before; absent = what suits the bytes. */
  readonly format?: BodyFormat | undefined;
  readonly onFormat?: (format: BodyFormat) => void;
  /** What is said above the body: that it is a part, and how to get the rest. */
  readonly strip?: ReactNode;
}

function useShown(bytes: Uint8Array, format: BodyFormat | undefined) {
  return useMemo(() => {
    const binary = looksBinary(bytes);
    const text = decodeText(bytes);
    const pretty = text === undefined || binary ? undefined : prettyJson(text);
    const wanted = format ?? (binary ? 'hex' : 'pretty');
    const shown = wanted === 'pretty' && pretty === undefined ? (binary ? 'hex' : 'text') : wanted;
    return { shown, pretty, text: text ?? decodeLeniently(bytes), binary };
  }, [bytes, format]);
}

/** A body as text or bytes, whatever it claims to be. */
export function BodyView({ label, encoding, bytes, totalBytes, format, onFormat, strip }: BodyViewProps) {
  const [own, setOwn] = useState<BodyFormat>();
  const { shown, pretty, text, binary } = useShown(bytes, own ?? format);
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
        <div role="group" aria-label={`Format of the ${label.toLowerCase()}`}>
          {FORMATS.map(([id, name]) => (
            <Button
              key={id}
              small
              variant="ghost"
              aria-pressed={id === shown}
              disabled={id === 'pretty' && pretty === undefined}
              onClick={() => choose(id)}
            >
              {name}
            </Button>
          ))}
        </div>
        {binary ? null : <CopyButton text={shown === 'pretty' ? (pretty ?? text) : text} what="body" />}
      </div>
      {strip === undefined ? null : (
        <div className={styles['strip']} role="note">
          {strip}
        </div>
      )}
      <div className={styles['content']}>
        {shown === 'hex' ? (
          <HexView label={`${label} as hex`} bytes={bytes} />
        ) : shown === 'pretty' ? (
          <CodeView label={label} text={pretty ?? text} language="json" />
        ) : (
          <CodeView label={label} text={text} language="text" />
        )}
      </div>
    </div>
  );
}
