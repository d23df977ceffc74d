import { useEffect, useMemo, useState } from 'react';
import { ImageOff } from 'lucide-react';
import { READINGS, setReading, useBodySchemas } from '../../state/body-schemas.ts';
import type { Reading } from '../../state/body-schemas.ts';
import { Button } from '../button.tsx';
import { fromBase64 } from '../bytes.ts';
import { CodeView } from '../code-view.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Select } from '../field.tsx';
import { DECODED_NAMES } from './decode/decode-body.ts';
import type { DecodeRequest } from './decode/decode-body.ts';
import { SchemaPicker } from './schema-picker.tsx';
import { imageType, lookOf } from './sniff.ts';
import { useBodyJob } from './use-body-job.ts';
import styles from './decoded-view.module.css';

const NAMES: Readonly<Record<Reading, string>> = { ...DECODED_NAMES, image: 'Image' };

const BY_ENCODING: Readonly<Record<string, Reading>> = {
  messagepack: 'messagepack',
  cbor: 'cbor',
  flatbuffer: 'flatbuffer',
};

/** The reading that an encoding, a media type or the first bytes suggest; undefined for what is a text. */
function likelyReading(bytes: Uint8Array, encoding: string, mediaType: string): Reading | undefined {
  if (imageType(bytes) !== undefined) return 'image';
  const named = BY_ENCODING[encoding] ?? (/protobuf/i.test(mediaType) ? 'protobuf' : undefined);
  return named ?? (lookOf(bytes, encoding) === 'binary' ? 'messagepack' : undefined);
}

interface DecodedViewProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly encoding: string;
  readonly mediaType: string;
  /** What choices are remembered for: `math request`. */
  readonly of: string;
}

/** A binary body read in a format that a person can choose. */
export function DecodedView({ label, bytes, encoding, mediaType, of }: DecodedViewProps) {
  const chosen = useBodySchemas((state) => state.readings[of]);
  const reading = chosen ?? likelyReading(bytes, encoding, mediaType);
  const withSchema = reading === 'flatbuffer' || reading === 'protobuf';
  return (
    <div className={styles['decoded']}>
      <div className={styles['bar']}>
        <label className={styles['reading']}>
          Read as
          <Select value={reading ?? ''} onChange={(event) => setReading(of, event.target.value as Reading)}>
            {reading === undefined ? <option value="">Choose…</option> : null}
            {READINGS.map((each) => (
              <option key={each} value={each}>
                {NAMES[each]}
              </option>
            ))}
          </Select>
        </label>
        {withSchema ? <SchemaPicker format={reading} of={of} /> : null}
      </div>
      <div className={styles['content']}>
        {reading === undefined ? (
          <p className={styles['note']}>This is a text. Choose a format to read it as something else.</p>
        ) : reading === 'image' ? (
          <ImageOnRequest label={label} bytes={bytes} />
        ) : (
          <Decoded label={label} bytes={bytes} format={reading} of={of} />
        )}
      </div>
    </div>
  );
}

function useRequest(format: DecodeRequest['format'], of: string): DecodeRequest | undefined {
  const schema = useBodySchemas((state) => state.schemas[`${format} ${of}`]);
  return useMemo(() => {
    if (format === 'messagepack' || format === 'cbor') return { format };
    return schema === undefined ? undefined : { format, schema: fromBase64(schema.base64), type: schema.type };
  }, [format, schema]);
}

interface DecodedProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly format: DecodeRequest['format'];
  readonly of: string;
}

function Decoded({ label, bytes, format, of }: DecodedProps) {
  const request = useRequest(format, of);
  if (request === undefined) {
    const file =
      format === 'flatbuffer'
        ? 'a .bfbs file (flatc -b --schema)'
        : 'a set of descriptors (protoc --descriptor_set_out)';
    return <p className={styles['note']}>Choose {file}: it names what these bytes are.</p>;
  }
  return <DecodedText label={label} bytes={bytes} request={request} />;
}

interface DecodedTextProps {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly request: DecodeRequest;
}

function DecodedText({ label, bytes, request }: DecodedTextProps) {
  const job = useMemo(() => ({ op: 'decode', bytes, request }) as const, [bytes, request]);
  const state = useBodyJob(job);
  switch (state.state) {
    case 'working':
      return <p className={styles['note']}>Reading…</p>;
    case 'text':
      if (!state.whole) return <p className={styles['note']}>Reading…</p>;
      return (
        <div className={styles['text']}>
          <div className={styles['copy']}>
            <CopyButton text={() => state.text.toString()} what="decoded body" />
          </div>
          <CodeView label={`${label} decoded`} text={state.text} language="json" />
        </div>
      );
    case 'unfit':
    case 'failed':
      return (
        <p className={styles['note']} role="status">
          {state.reason}
        </p>
      );
    case 'tree':
      return null;
  }
}

/** A picture is drawn only when somebody asks for it, and only where the bytes begin like one. */
function ImageOnRequest({ label, bytes }: { readonly label: string; readonly bytes: Uint8Array }) {
  const [wanted, setWanted] = useState<Uint8Array>();
  const [broken, setBroken] = useState(false);
  const [url, setUrl] = useState<string>();
  const type = imageType(bytes);
  const shown = wanted === bytes;
  useEffect(() => {
    if (!shown || type === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes.slice()], { type }));
    setUrl(made);
    setBroken(false);
    return () => {
      setUrl(undefined);
      URL.revokeObjectURL(made);
    };
  }, [shown, bytes, type]);
  if (type === undefined) {
    return (
      <p className={styles['note']} role="status">
        These bytes begin like no picture (PNG, JPEG, GIF, WebP, BMP, AVIF). SVG is shown as text only.
      </p>
    );
  }
  if (!shown) {
    return (
      <p className={styles['note']}>
        <Button onClick={() => setWanted(bytes)}>Show {type}</Button>
      </p>
    );
  }
  if (broken) {
    return (
      <p className={styles['note']} role="status">
        <ImageOff size={14} aria-hidden /> This picture cannot be drawn: it is damaged, or not stored whole.
      </p>
    );
  }
  return url === undefined ? null : (
    <div className={styles['image']}>
      <img src={url} alt={`${label} as ${type}`} onError={() => setBroken(true)} />
    </div>
  );
}
