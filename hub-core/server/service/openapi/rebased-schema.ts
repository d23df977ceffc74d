import type { JsonSchema } from '../route-definition.ts';

/** What holds values, not schemas: a `$ref` in there is somebody's data. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'example']);

function rebasedRef(ref: string, base: string): string {
  if (ref === '#') return base;
  return ref.startsWith('#/') ? `${base}${ref.slice(1)}` : ref;
}

function rebase(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((each) => rebase(each, base));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (VALUES.has(name)) return [name, member];
    if (name === '$ref' && typeof member === 'string') return [name, rebasedRef(member, base)];
    return [name, rebase(member, base)];
  });
  return Object.fromEntries(members);
}

/**
 * A schema as part of a larger document: what it refers to within itself is found there too. One with an `$id` is a
 * resource of its own, within which references hold as they are (JSON Schema 2020-12, section 8.2.1).
 *
 * @param base where it stands, a JSON pointer as `#/components/schemas/name`
 */
export function rebasedSchema(schema: JsonSchema, base: string): JsonSchema {
  // The same in the form that every tool reads.
  if (typeof schema === 'boolean') return schema ? {} : { not: {} };
  if (typeof schema['$id'] === 'string') return schema;
  return rebase(schema, base) as JsonSchema;
}
