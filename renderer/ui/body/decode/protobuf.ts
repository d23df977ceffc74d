import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf';
import type { DescEnum, DescField, DescMessage, FileRegistry } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Entries, float, Term } from './notation.ts';

function registryOf(descriptor: Uint8Array): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptor));
}

/**
 * Names of the messages that a descriptor set has, sorted.
 *
 * @param descriptor what `protoc --include_imports --descriptor_set_out=…` or `buf build -o …binpb` writes
 * @throws {Error} when it is none
 */
export function protobufTypes(descriptor: Uint8Array): readonly string[] {
  const names: string[] = [];
  for (const type of registryOf(descriptor)) if (type.kind === 'message') names.push(type.typeName);
  return names.toSorted();
}

const enumValue = (type: DescEnum, value: number): Term => new Term(type.value[value]?.name ?? String(value));

function scalar(type: ScalarType | undefined, value: unknown): unknown {
  const fraction = type === ScalarType.DOUBLE || type === ScalarType.FLOAT;
  return fraction && typeof value === 'number' ? float(value) : value;
}

function single(field: DescField, value: unknown): unknown {
  if (field.enum !== undefined) return enumValue(field.enum, value as number);
  if (field.message !== undefined) return messageOf(value as ReflectMessage);
  return scalar(field.scalar, value);
}

function valueOf(message: ReflectMessage, field: DescField): unknown {
  if (field.fieldKind === 'list') return Array.from(message.get(field), (each) => single(field, each));
  if (field.fieldKind === 'map') {
    const entries = Array.from(message.get(field), ([key, value]) => [key, single(field, value)] as const);
    return new Entries(entries);
  }
  return single(field, message.get(field));
}

function messageOf(message: ReflectMessage): Entries {
  const entries: [unknown, unknown][] = [];
  for (const field of message.fields) {
    if (message.isSet(field)) entries.push([new Term(field.name), valueOf(message, field)]);
  }
  // What a newer program sent is not hidden.
  for (const { no, data } of message.getUnknown() ?? []) entries.push([new Term(`#${no}`), data]);
  return new Entries(entries);
}

/**
 * A message as its fields that are there, with names from a descriptor set; 64-bit numbers are whole.
 *
 * @throws {Error} when the descriptor or the message is malformed, or the type unknown
 */
export function readProtobuf(bytes: Uint8Array, descriptor: Uint8Array, type: string): unknown {
  const schema: DescMessage | undefined = registryOf(descriptor).getMessage(type);
  if (schema === undefined) throw new Error(`the descriptor has no message "${type}"`);
  return messageOf(reflect(schema, fromBinary(schema, bytes)));
}
