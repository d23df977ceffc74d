import { flatTables } from './flat-buffer.ts';
import { protobufTypes } from './protobuf.ts';

interface SchemaTypes {
  readonly names: readonly string[];
  /** The one that a body is before anybody chose. */
  readonly first: string;
}

/**
 * What a body can be by a schema.
 *
 * @throws {Error} when the bytes are no schema, or one of nothing
 */
export function schemaTypes(format: 'flatbuffer' | 'protobuf', schema: Uint8Array): SchemaTypes {
  const { names, root } = format === 'flatbuffer' ? flatTables(schema) : { names: protobufTypes(schema), root: '' };
  const first = root === '' ? names[0] : root;
  if (first === undefined) throw new RangeError('it has no types');
  return { names, first };
}
