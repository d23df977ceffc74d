import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { linearFormats } from './linear-formats.ts';
import { LinearPattern } from './linear-pattern.ts';
import { hasUniqueItems } from './linear-unique.ts';
import { readSchema, STEP_KEYWORD, type ReadSchema, type Schema } from './read-schema.ts';
import { SchemaError } from './schema-error.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';
import { WorkBudget, WorkExhausted } from './work-budget.ts';

/** What of a value does not fit. Short, whatever the value is. */
export interface Violation {
  /** JSON pointer into the value; '' = the value as a whole. */
  readonly pointer: string;
  readonly reason: string;
}

/** About 0.2 s at most. */
const CHECK_UNITS = 5_000_000;

/** Schemas whose code is kept for others with the same text. */
const MAX_KEPT = 1_024;
/** An Ajv keeps what it compiled for as long as it lives, so it is replaced before that is much. */
const SCHEMAS_PER_AJV = 128;

const MAX_SHOWN = 200;

const shorten = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

/** Names that the message of the library leaves out. */
const NAMED = ['additionalProperty', 'unevaluatedProperty', 'propertyName'] as const;

function violationOf(error: ErrorObject | undefined): Violation {
  const params: Readonly<Record<string, unknown>> = error?.params ?? {};
  const name = NAMED.map((key) => params[key]).find((value) => typeof value === 'string');
  const reason = shorten(error?.message ?? 'is not valid');
  return {
    pointer: shorten(error?.instancePath ?? ''),
    reason: name === undefined ? reason : `${reason} (${JSON.stringify(shorten(name))})`,
  };
}

/** Values that every recursion without end meets at once. */
const PROBES: readonly unknown[] = [null, true, 0, '', [], {}];

const TOO_DEEP: Violation = { pointer: '', reason: 'is nested deeper than can be checked' };
const TOO_COSTLY: Violation = { pointer: '', reason: 'takes more work to check than one request may cost' };

/** A schema whose code is made when it is first used. */
export class CompiledSchema {
  readonly #read: ReadSchema;
  readonly #compile: (schema: Schema) => ValidateFunction;
  readonly #budget: WorkBudget;
  #validate: ValidateFunction | undefined;

  constructor(read: ReadSchema, compile: (schema: Schema) => ValidateFunction, budget: WorkBudget) {
    this.#read = read;
    this.#compile = compile;
    this.#budget = budget;
  }

  /** What making its code costs. */
  get subschemas(): number {
    return this.#validate === undefined ? this.#read.subschemas : 0;
  }

  /** @throws {SchemaError} when there is no code for it, or it refers to itself without end */
  prepare(): void {
    for (const probe of PROBES) {
      if (this.check(probe) === TOO_DEEP) throw new SchemaError('', 'refers to itself without end');
    }
  }

  /**
   * @returns what of the value does not fit first; undefined when it fits
   * @throws {SchemaError} when there is no code for it
   */
  check(value: unknown): Violation | undefined {
    const validate = (this.#validate ??= this.#compile(this.#read.entry));
    this.#budget.reset();
    try {
      return validate(value) ? undefined : violationOf(validate.errors?.[0]);
    } catch (error) {
      if (error instanceof WorkExhausted) return TOO_COSTLY;
      // The stack's end: validators call each other as deep as the value is nested.
      if (error instanceof RangeError) return TOO_DEEP;
      throw error;
    } finally {
      validate.errors = null;
    }
  }
}

/** Makes validators of JSON Schemas, once for each text, and bounds what each may cost. */
export class SchemaCompiler {
  readonly #budget = new WorkBudget(CHECK_UNITS);
  readonly #kept = new Map<string, CompiledSchema>();
  #meta: Ajv2020 | undefined;
  #ajv: Ajv2020 | undefined;
  #compiled = 0;

  /** Texts whose validator is kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** @throws {SchemaError} for a schema that cannot be enforced */
  get(schema: Schema): CompiledSchema {
    const text = JSON.stringify(schema);
    const known = this.#kept.get(text);
    if (known !== undefined) {
      this.#keep(text, known);
      return known;
    }
    if (Buffer.byteLength(text) > SCHEMA_LIMITS.bytes) {
      throw new SchemaError('', `is longer than ${String(SCHEMA_LIMITS.bytes)} bytes as text`);
    }
    const read = readSchema(schema);
    this.#checkForm(read.schema);
    const made = new CompiledSchema(read, (each) => this.#compile(each), this.#budget);
    this.#keep(text, made);
    return made;
  }

  /** As the last used; the one that was not used for longest goes. */
  #keep(text: string, compiled: CompiledSchema): void {
    this.#kept.delete(text);
    this.#kept.set(text, compiled);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** That each keyword has a value of its kind. */
  #checkForm(schema: Schema): void {
    this.#meta ??= this.#newAjv();
    this.#budget.reset();
    if (this.#meta.validateSchema(schema) === true) return;
    const { pointer, reason } = violationOf(this.#meta.errors?.[0]);
    throw new SchemaError(pointer, reason);
  }

  #compile(schema: Schema): ValidateFunction {
    if (this.#compiled % SCHEMAS_PER_AJV === 0) this.#ajv = undefined;
    this.#compiled += 1;
    const ajv = (this.#ajv ??= this.#newAjv());
    try {
      return ajv.compile(schema);
    } catch (error) {
      throw new SchemaError('', `no check can be made of it: ${error instanceof Error ? shorten(error.message) : ''}`);
    }
  }

  #newAjv(): Ajv2020 {
    const budget = this.#budget;
    const ajv = new Ajv2020({
      strict: false,
      // The form is checked before; what is inlined would be code again at each place.
      validateSchema: false,
      inlineRefs: false,
      addUsedSchema: false,
      ownProperties: true,
      logger: false,
      formats: linearFormats(budget),
      code: {
        // The optimiser takes time that grows with the square of the code.
        optimize: false,
        regExp: Object.assign((pattern: string) => new LinearPattern(pattern, budget), { code: 'LinearPattern' }),
      },
    });
    ajv.addKeyword({
      keyword: STEP_KEYWORD,
      schemaType: 'number',
      before: '$ref',
      errors: false,
      validate: (units: number) => {
        budget.spend(units);
        return true;
      },
    });
    ajv.removeKeyword('uniqueItems');
    ajv.addKeyword({
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      errors: false,
      error: { message: 'must NOT have duplicate items' },
      validate: (isWanted: boolean, items: readonly unknown[]) => !isWanted || hasUniqueItems(items),
    });
    return ajv;
  }
}
