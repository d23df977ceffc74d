import { FlatBuffer } from './flat-table.ts';
import type { FlatTable } from './flat-table.ts';

/** `reflection.BaseType`. */
export const FlatType = {
  None: 0,
  UType: 1,
  Bool: 2,
  Byte: 3,
  UByte: 4,
  Short: 5,
  UShort: 6,
  Int: 7,
  UInt: 8,
  Long: 9,
  ULong: 10,
  Float: 11,
  Double: 12,
  String: 13,
  Vector: 14,
  Table: 15,
  Union: 16,
  Array: 17,
  Vector64: 18,
} as const;

export interface FlatFieldType {
  readonly base: number;
  /** Of vectors and arrays. */
  readonly element: number;
  /** Which object or enum, by its place in the schema; -1 = none. */
  readonly index: number;
  /** Items of an array. */
  readonly fixedLength: number;
}

export interface FlatField {
  readonly name: string;
  readonly type: FlatFieldType;
  readonly id: number;
  /** In the table of offsets; of a struct's field, in the struct. */
  readonly offset: number;
}

export interface FlatObject {
  readonly name: string;
  readonly isStruct: boolean;
  readonly byteSize: number;
  /** By id. */
  readonly fields: readonly FlatField[];
}

export interface FlatEnum {
  readonly isUnion: boolean;
  readonly names: ReadonlyMap<bigint, string>;
  /** What a union's value is, by its type. */
  readonly types: ReadonlyMap<bigint, FlatFieldType>;
}

export interface FlatSchema {
  readonly objects: readonly FlatObject[];
  readonly enums: readonly FlatEnum[];
  /** '' when the schema names none. */
  readonly rootName: string;
}

/** Slots of the tables of reflection.fbs, in the order in which it declares their fields. */
const slot = (field: number): number => 4 + 2 * field;

const int32 = (table: FlatTable, field: number, fallback: number): number => {
  const at = table.field(slot(field));
  return at === undefined ? fallback : table.buffer.view.getInt32(at, true);
};
const uint16 = (table: FlatTable, field: number): number => {
  const at = table.field(slot(field));
  return at === undefined ? 0 : table.buffer.view.getUint16(at, true);
};
const uint8 = (table: FlatTable, field: number): number => {
  const at = table.field(slot(field));
  return at === undefined ? 0 : table.buffer.view.getUint8(at);
};

const NO_TYPE: FlatFieldType = { base: 0, element: 0, index: -1, fixedLength: 0 };

function typeOf(table: FlatTable | undefined): FlatFieldType {
  if (table === undefined) return NO_TYPE;
  return { base: uint8(table, 0), element: uint8(table, 1), index: int32(table, 2, -1), fixedLength: uint16(table, 3) };
}

function objectOf(table: FlatTable): FlatObject {
  const fields = table.tables(slot(1)).map((field): FlatField => ({
    name: field.string(slot(0)) ?? '',
    type: typeOf(field.table(slot(1))),
    id: uint16(field, 2),
    offset: uint16(field, 3),
  }));
  return {
    name: table.string(slot(0)) ?? '',
    isStruct: uint8(table, 2) !== 0,
    byteSize: int32(table, 4, 0),
    fields: fields.toSorted((a, b) => a.id - b.id),
  };
}

function enumOf(table: FlatTable): FlatEnum {
  const names = new Map<bigint, string>();
  const types = new Map<bigint, FlatFieldType>();
  for (const value of table.tables(slot(1))) {
    const at = value.field(slot(1));
    const number = at === undefined ? 0n : value.buffer.view.getBigInt64(at, true);
    names.set(number, value.string(slot(0)) ?? '');
    types.set(number, typeOf(value.table(slot(3))));
  }
  return { isUnion: uint8(table, 2) !== 0, names, types };
}

/**
 * A schema in FlatBuffers' own binary form, as `flatc -b --schema` writes it.
 *
 * @throws {RangeError} when it is none
 * @see https://github.com/google/flatbuffers/blob/master/reflection/reflection.fbs
 */
export function readFlatSchema(bytes: Uint8Array): FlatSchema {
  if (new TextDecoder().decode(bytes.subarray(4, 8)) !== 'BFBS') throw new RangeError('it is no .bfbs file');
  const schema = new FlatBuffer(bytes).root();
  return {
    objects: schema.tables(slot(0)).map(objectOf),
    enums: schema.tables(slot(1)).map(enumOf),
    rootName: schema.table(slot(4))?.string(slot(0)) ?? '',
  };
}
