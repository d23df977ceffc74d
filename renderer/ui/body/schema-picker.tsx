import { useEffect, useRef, useState } from 'react';
import { FileUp } from 'lucide-react';
import { setSchema, useBodySchemas } from '../../state/body-schemas.ts';
import type { BodySchema } from '../../state/body-schemas.ts';
import { Button } from '../button.tsx';
import { fromBase64 } from '../bytes.ts';
import { Select } from '../field.tsx';
import { errorText } from '../format.ts';
import { toast } from '../toasts.ts';
import { chosenSchema } from './chosen-schema.ts';
import type { SchemaFormat } from './chosen-schema.ts';
import { schemaTypes } from './decode/schema-types.ts';
import styles from './schema-picker.module.css';

const ACCEPT: Readonly<Record<SchemaFormat, string>> = {
  flatbuffer: '.bfbs',
  protobuf: '.binpb,.desc,.pb,.protoset,.bin',
};

/** Takes a file as the schema, where it is one. */
async function takeFile(file: File, format: SchemaFormat, of: string): Promise<void> {
  try {
    const key = `${format} ${of}`;
    const schema = await chosenSchema(file, format, key);
    if (schema !== undefined) setSchema(key, schema);
  } catch (error) {
    toast({ title: `Cannot use “${file.name}”`, description: errorText(error), tone: 'error' });
  }
}

function useTypes(format: SchemaFormat, schema: BodySchema | undefined): readonly string[] {
  const [known, setKnown] = useState<{ readonly base64: string; readonly names: readonly string[] }>();
  const base64 = schema?.base64;
  useEffect(() => {
    if (base64 !== undefined) setKnown({ base64, names: schemaTypes(format, fromBase64(base64)).names });
  }, [format, base64]);
  return known?.base64 === base64 ? (known?.names ?? []) : [];
}

/** The schema of bodies of one kind: a file, and which of its types a body is. */
export function SchemaPicker({ format, of }: { readonly format: SchemaFormat; readonly of: string }) {
  const schema = useBodySchemas((state) => state.schemas[`${format} ${of}`]);
  const types = useTypes(format, schema);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Schema file"
        accept={ACCEPT[format]}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file may be chosen again, after it was made anew.
          event.target.value = '';
          if (file !== undefined) void takeFile(file, format, of);
        }}
      />
      <Button small icon={<FileUp size={14} aria-hidden />} onClick={() => input.current?.click()}>
        {schema === undefined ? 'Choose a schema…' : schema.fileName}
      </Button>
      {schema === undefined || types.length === 0 ? null : (
        <label className={styles['type']}>
          Type
          <Select
            value={schema.type}
            onChange={(event) => setSchema(`${format} ${of}`, { ...schema, type: event.target.value })}
          >
            {types.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </label>
      )}
    </>
  );
}
