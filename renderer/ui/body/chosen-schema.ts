import type { BodySchema } from '../../state/body-schemas.ts';
import { toBase64 } from '../bytes.ts';
import { schemaTypes } from './decode/schema-types.ts';

export type SchemaFormat = 'flatbuffer' | 'protobuf';

/** What is needed of a file that a person chose. */
export interface SchemaFile {
  readonly name: string;
  readonly size: number;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}

const MAX_BYTES = 16 << 20;

/** The file that was chosen last, by what its schema is for. */
const chosen = new Map<string, SchemaFile>();

/**
 * The schema in a file that was chosen for what `key` names.
 *
 * @returns undefined when another file was chosen for it before this one was read
 * @throws {Error} when it is no schema, or larger than 16 MB
 */
export async function chosenSchema(
  file: SchemaFile,
  format: SchemaFormat,
  key: string,
): Promise<BodySchema | undefined> {
  chosen.set(key, file);
  const isNewest = (): boolean => chosen.get(key) === file;
  try {
    if (file.size > MAX_BYTES) throw new RangeError('it is larger than 16 MB');
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!isNewest()) return undefined;
    const { first } = schemaTypes(format, bytes);
    return { fileName: file.name, base64: toBase64(bytes), type: first };
  } catch (error) {
    if (isNewest()) throw error;
    return undefined;
  } finally {
    if (isNewest()) chosen.delete(key);
  }
}
