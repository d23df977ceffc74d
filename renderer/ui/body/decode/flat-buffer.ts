import { FlatBuffer, FlatTable } from './flat-table.ts';
import { FlatType, readFlatSchema } from './flat-schema.ts';
import type { FlatField, FlatFieldType, FlatObject, FlatSchema } from './flat-schema.ts';
import { Entries, float, Term } from './notation.ts';

/** A small buffer can point at the same table again and again. */
const MAX_VALUES = 2_000_000;
const MAX_DEPTH = 256;
const SIZES: readonly number[] = [0, 1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8];
/** Strings, vectors, tables and unions stand elsewhere: an offset of that many bytes points to them. */
const OFFSET_BYTES = 4;

class Reader {
  readonly #schema: FlatSchema;
  readonly #buffer: FlatBuffer;
  #values = 0;

  constructor(schema: FlatSchema, buffer: FlatBuffer) {
    this.#schema = schema;
    this.#buffer = buffer;
  }

  table(type: FlatObject, table: FlatTable, depth: number): Entries {
    if (depth > MAX_DEPTH) throw new RangeError(`it is nested deeper than ${MAX_DEPTH}`);
    const entries: [unknown, unknown][] = [];
    for (const field of type.fields) {
      const at = table.field(field.offset);
      if (at === undefined) continue;
      const { base, element } = field.type;
      const union = base === FlatType.Union || element === FlatType.Union;
      const value = union ? this.#union(type, table, field, depth) : this.#value(field.type, at, depth);
      entries.push([new Term(field.name), value]);
    }
    return new Entries(entries);
  }

  #object(index: number): FlatObject {
    const type = this.#schema.objects[index];
    if (type === undefined) throw new RangeError('its schema names a table that it does not have');
    return type;
  }

  #struct(type: FlatObject, at: number, depth: number): Entries {
    if (depth > MAX_DEPTH) throw new RangeError(`it is nested deeper than ${MAX_DEPTH}`);
    return new Entries(
      type.fields.map(({ name, type: fieldType, offset }) => [
        new Term(name),
        this.#value(fieldType, at + offset, depth + 1),
      ]),
    );
  }

  #value(type: FlatFieldType, at: number, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MAX_VALUES) throw new RangeError(`it has more than ${MAX_VALUES} values`);
    if (type.base < SIZES.length) return this.#scalar(type, at);
    switch (type.base) {
      case FlatType.String:
        return this.#buffer.string(this.#buffer.target(at));
      case FlatType.Vector: {
        const vector = this.#buffer.target(at);
        return this.#items(type, { at: vector + 4, count: this.#buffer.uint32(vector) }, depth);
      }
      case FlatType.Array:
        return this.#items(type, { at, count: type.fixedLength }, depth);
      case FlatType.Table: {
        const object = this.#object(type.index);
        if (object.isStruct) return this.#struct(object, at, depth);
        return this.table(object, new FlatTable(this.#buffer, this.#buffer.target(at)), depth + 1);
      }
      default:
        throw new RangeError(`its schema has fields of type ${type.base}, which is not understood`);
    }
  }

  #items(type: FlatFieldType, { at, count }: { readonly at: number; readonly count: number }, depth: number): unknown {
    const plainBytes = type.element === FlatType.UByte && type.index < 0;
    if (plainBytes) {
      if (count > 0) this.#buffer.view.getUint8(at + count - 1);
      return this.#buffer.bytes.subarray(at, at + count);
    }
    const item: FlatFieldType = { ...type, base: type.element };
    const size = this.#sizeOf(item);
    const items: unknown[] = [];
    for (let place = 0; place < count; place += 1) items.push(this.#value(item, at + place * size, depth + 1));
    return items;
  }

  #sizeOf({ base, index }: FlatFieldType): number {
    if (base === FlatType.Table) {
      const object = this.#object(index);
      return object.isStruct ? object.byteSize : OFFSET_BYTES;
    }
    return SIZES[base] ?? OFFSET_BYTES;
  }

  /** A union's type stands in the field before it. */
  // oxlint-disable-next-line max-params -- a place in a table is all of these
  #union(type: FlatObject, table: FlatTable, field: FlatField, depth: number): unknown {
    const kind = type.fields.find(({ id }) => id === field.id - 1);
    const at = table.field(field.offset);
    const kindAt = kind === undefined ? undefined : table.field(kind.offset);
    if (at === undefined || kindAt === undefined) return null;
    if (field.type.base === FlatType.Union) {
      return this.#member(field.type.index, this.#buffer.view.getUint8(kindAt), { at, depth });
    }
    const [kinds, members] = [this.#buffer.target(kindAt), this.#buffer.target(at)];
    const items: unknown[] = [];
    for (let place = 0; place < this.#buffer.uint32(members); place += 1) {
      const each = this.#buffer.view.getUint8(kinds + 4 + place);
      items.push(this.#member(field.type.index, each, { at: members + 4 + 4 * place, depth }));
    }
    return items;
  }

  #member(index: number, kind: number, { at, depth }: { readonly at: number; readonly depth: number }): unknown {
    const type = this.#schema.enums[index]?.types.get(BigInt(kind));
    if (type === undefined || type.base === FlatType.None) return null;
    // A union holds offsets also to structs.
    const struct = type.base === FlatType.Table && this.#object(type.index).isStruct;
    return this.#value(type, struct ? this.#buffer.target(at) : at, depth + 1);
  }

  #scalar({ base, index }: FlatFieldType, at: number): unknown {
    const number = this.#number(base, at);
    if (typeof number === 'boolean' || typeof number === 'object') return number;
    const name = index < 0 ? undefined : this.#schema.enums[index]?.names.get(BigInt(number));
    return name === undefined ? number : new Term(name);
  }

  #number(base: number, at: number): number | bigint | boolean | Term {
    const { view } = this.#buffer;
    switch (base) {
      case FlatType.Bool:
        return view.getUint8(at) !== 0;
      case FlatType.Byte:
        return view.getInt8(at);
      case FlatType.Short:
        return view.getInt16(at, true);
      case FlatType.UShort:
        return view.getUint16(at, true);
      case FlatType.Int:
        return view.getInt32(at, true);
      case FlatType.UInt:
        return view.getUint32(at, true);
      case FlatType.Long:
        return view.getBigInt64(at, true);
      case FlatType.ULong:
        return view.getBigUint64(at, true);
      case FlatType.Float:
        return float(view.getFloat32(at, true));
      case FlatType.Double:
        return float(view.getFloat64(at, true));
      default:
        return view.getUint8(at);
    }
  }
}

/** Tables that a schema has, sorted, and which of them is the root. @throws {RangeError} when it is no .bfbs file */
export function flatTables(schema: Uint8Array): { readonly names: readonly string[]; readonly root: string } {
  const { objects, rootName } = readFlatSchema(schema);
  const names = objects.filter(({ isStruct }) => !isStruct).map(({ name }) => name);
  return { names: names.toSorted(), root: rootName };
}

/**
 * A FlatBuffer as its fields that are there, by a schema in binary form.
 *
 * @param root name of the table that the buffer begins with; '' = the schema's root
 * @throws {RangeError} when schema or buffer are malformed, or the table unknown
 */
export function readFlatBuffer(bytes: Uint8Array, schema: Uint8Array, root: string): unknown {
  const parsed = readFlatSchema(schema);
  const name = root === '' ? parsed.rootName : root;
  const type = parsed.objects.find((object) => object.name === name && !object.isStruct);
  if (type === undefined) throw new RangeError(`its schema has no table "${name}"`);
  const buffer = new FlatBuffer(bytes);
  return new Reader(parsed, buffer).table(type, buffer.root(), 0);
}
