import { LinearPattern } from './linear-pattern.ts';
import { pointerTo } from './pointer.ts';
import { SchemaError } from './schema-error.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';
import { WorkBudget } from './work-budget.ts';

/** Name of the keyword that is put into schemas to count what a check costs. */
export const STEP_KEYWORD = 'whubStep';

export type Schema = boolean | Readonly<Record<string, unknown>>;

/** A schema that is safe to make code of. */
export interface ReadSchema {
  readonly schema: Schema;
  /** What code is to be made of: it holds the schema where references to it point. */
  readonly entry: Schema;
  readonly subschemas: number;
}

/** Ajv does not resolve `#` itself in a document without a name. */
const ENTRY = '#/$defs/schema';

/** Longer ones are no pattern that a person wrote. */
const MAX_PATTERN_LENGTH = 1_000;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** What holds one schema. */
const ONE = ['not', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties'] as const;
/** What holds one schema for each item or property of the value. */
const EACH = ['additionalProperties', 'propertyNames', 'items', 'contains'] as const;
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const;
/** What is checked without a schema below it. Everything else says nothing about a value, and is left out. */
const PLAIN = [
  'type',
  'enum',
  'const',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxContains',
  'minContains',
  'maxProperties',
  'minProperties',
  'required',
  'dependentRequired',
  'format',
] as const;
/** What would be ignored if it were not refused, and changes what a schema means. */
const REFUSED = ['$id', '$dynamicRef', '$recursiveRef', 'dependencies', 'additionalItems'] as const;

/**
 * What a branch of a choice costs that goes on to another schema: when it does not fit, the errors of all that it tried are
 * put together, again at each level of a recursion.
 */
const BRANCH_UNITS = 16;

type Writable = Record<string, unknown>;
type Copy = boolean | Writable;

/** Makes each use of the schema cost so many units more. */
function charge(copy: Writable, units: number): void {
  const known = copy[STEP_KEYWORD];
  copy[STEP_KEYWORD] = (typeof known === 'number' ? known : 0) + units;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one schema; used once. */
class SchemaReader {
  /** Subschemas below each pointer, itself included. */
  readonly #sizes = new Map<string, number>();
  readonly #references: { readonly at: string; readonly copy: Writable; readonly target: string }[] = [];
  readonly #patterns = new WorkBudget(0);
  #count = 0;

  read(value: unknown): ReadSchema {
    const schema = this.#schema(value, '', 0);
    for (const { at, copy, target } of this.#references) {
      const size = this.#sizes.get(target);
      if (size === undefined) {
        throw new SchemaError(`${at}/$ref`, 'points to nothing in this schema, and schemas elsewhere are not fetched');
      }
      charge(copy, size);
    }
    const entry = this.#references.length === 0 ? schema : { $defs: { schema }, $ref: ENTRY };
    return { schema, entry, subschemas: this.#count };
  }

  #schema(value: unknown, at: string, depth: number): Copy {
    this.#count += 1;
    if (this.#count > SCHEMA_LIMITS.subschemas) {
      throw new SchemaError(at, `there are more than ${String(SCHEMA_LIMITS.subschemas)} schemas within it`);
    }
    if (depth > SCHEMA_LIMITS.depth) {
      throw new SchemaError(at, `it is nested more than ${String(SCHEMA_LIMITS.depth)} schemas deep`);
    }
    const before = this.#count;
    const schema = typeof value === 'boolean' ? value : this.#object(value, at, depth + 1);
    this.#sizes.set(at, this.#count - before + 1);
    return schema;
  }

  #object(value: unknown, at: string, depth: number): Copy {
    if (!isObject(value)) throw new SchemaError(at, 'must be a schema: an object or a boolean');
    this.#refuse(value, at);
    const copy: Writable = {};
    for (const key of PLAIN) if (Object.hasOwn(value, key)) copy[key] = value[key];
    this.#pattern(value['pattern'], pointerTo(at, 'pattern'));
    this.#children(value, at, depth, copy);
    if (Object.hasOwn(value, '$ref')) this.#reference(value['$ref'], at, copy);
    return copy;
  }

  // oxlint-disable-next-line max-params -- where it is read from and where it goes
  #children(value: Readonly<Record<string, unknown>>, at: string, depth: number, copy: Writable): void {
    const read = (keys: readonly string[], one: (child: unknown, here: string) => unknown): void => {
      for (const key of keys) if (Object.hasOwn(value, key)) copy[key] = one(value[key], pointerTo(at, key));
    };
    read(ONE, (child, here) => this.#schema(child, here, depth));
    read(EACH, (child, here) => this.#counted(child, here, depth));
    read(LISTS, (child, here) => this.#list(child, here, depth));
    read(MAPS, (child, here) => this.#map(child, here, depth));
  }

  #refuse(value: Readonly<Record<string, unknown>>, at: string): void {
    const dialect = value['$schema'];
    if (dialect !== undefined && (typeof dialect !== 'string' || dialect.replace(/#$/, '') !== DIALECT)) {
      throw new SchemaError(pointerTo(at, '$schema'), `must be absent or "${DIALECT}"`);
    }
    for (const key of REFUSED) {
      // The name of the whole document does no harm: nothing in it is resolved against it.
      if (Object.hasOwn(value, key) && !(key === '$id' && at === '')) {
        throw new SchemaError(pointerTo(at, key), 'is a keyword that this hub cannot enforce');
      }
    }
  }

  /** A schema that a value may be held against many times, so each time counts. */
  #counted(value: unknown, at: string, depth: number): Copy {
    const schema = this.#schema(value, at, depth);
    if (typeof schema === 'boolean') return schema;
    charge(schema, this.#sizes.get(at) ?? 1);
    return schema;
  }

  #list(value: unknown, at: string, depth: number): readonly Copy[] {
    if (!Array.isArray(value) || value.length === 0) throw new SchemaError(at, 'must be an array of schemas');
    const isChoice = at.endsWith('/anyOf') || at.endsWith('/oneOf');
    return value.map((each: unknown, index) => {
      const references = this.#references.length;
      const copy = this.#schema(each, pointerTo(at, index), depth);
      if (isChoice && typeof copy === 'object' && this.#references.length > references) charge(copy, BRANCH_UNITS);
      return copy;
    });
  }

  #map(value: unknown, at: string, depth: number): Readonly<Record<string, Copy>> {
    if (!isObject(value)) throw new SchemaError(at, 'must be an object of schemas');
    const isPatterns = at.endsWith('/patternProperties');
    const entries = Object.entries(value).map(([key, each]): [string, Copy] => {
      const here = pointerTo(at, key);
      if (key === '__proto__') throw new SchemaError(here, 'is a name that cannot be checked');
      if (!isPatterns) return [key, this.#schema(each, here, depth)];
      this.#pattern(key, here);
      return [key, this.#counted(each, here, depth)];
    });
    return Object.fromEntries(entries);
  }

  #pattern(pattern: unknown, at: string): void {
    if (typeof pattern !== 'string') return;
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw new SchemaError(at, `is longer than ${String(MAX_PATTERN_LENGTH)} characters`);
    }
    try {
      new LinearPattern(pattern, this.#patterns).toString();
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace('error parsing regexp: ', '') : String(error);
      throw new SchemaError(at, `is no pattern that takes linear time (RE2): ${reason.slice(0, 200)}`);
    }
  }

  #reference(reference: unknown, at: string, copy: Writable): void {
    const here = pointerTo(at, '$ref');
    if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) {
      throw new SchemaError(here, 'must be "#" or a JSON pointer into this schema, such as "#/$defs/name"');
    }
    copy['$ref'] = ENTRY + reference.slice(1);
    let target: string;
    try {
      target = decodeURIComponent(reference.slice(1));
    } catch {
      throw new SchemaError(here, 'is not percent-encoded rightly');
    }
    this.#references.push({ at, copy, target });
  }
}

/**
 * Copies what is enforced of a JSON Schema (draft 2020-12), with what a check may cost counted in it.
 *
 * @throws {SchemaError} for what cannot be enforced safely: over the limits, references out of the schema, patterns that are
 *   not regular
 */
export function readSchema(value: unknown): ReadSchema {
  return new SchemaReader().read(value);
}
