import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchemaCompiler } from '../../server/service/contracts/schema-compiler.ts';
import { SchemaError } from '../../server/service/contracts/schema-error.ts';

const SUBSCHEMA = [
  'not',
  'if',
  'then',
  'else',
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
const PLAIN = [
  'minimum',
  'multipleOf',
  'maxLength',
  'minItems',
  'maxContains',
  'minContains',
  'maxProperties',
  'uniqueItems',
  'const',
];
const EXTENSIONS = [
  'nullable',
  '$async',
  'id',
  '$id',
  '$dynamicRef',
  'discriminator',
  'whubStep',
  '$data',
  '$anchor',
  'formatMinimum',
];

const names = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', '~/', '', '^a+$', '(?=a)', 'é');
const scalars = fc.oneof(
  fc.integer({ min: -2, max: 5 }),
  fc.boolean(),
  fc.string({ maxLength: 4 }),
  fc.constant(null),
  fc.double(),
);
const references = fc.constantFrom(
  '#',
  '#/$defs/a',
  '#/properties/a',
  '#/allOf/0',
  '#/%',
  '#a',
  'b.json',
  '#/$defs/~1',
  '#/$defs/__proto__',
);

/** Schemas that are mostly right, with every mixture of keywords that Ajv knows and some that only it does. */
const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
  const child = tie('schema');
  const member = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...SUBSCHEMA), child) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...LISTS), fc.array(child, { minLength: 1, maxLength: 3 })) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...MAPS), fc.dictionary(names, child, { maxKeys: 3 })) },
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...PLAIN), fc.oneof(fc.integer({ min: 1, max: 4 }), scalars)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('$ref'), references) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...EXTENSIONS), scalars) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('pattern'), names) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constant('format'), fc.constantFrom('date', 'ipv6', 'regex', 'int32', 'none')),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant('required'), fc.uniqueArray(names, { maxLength: 3 })) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constant('enum'), fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 })),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constant('type'),
        fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'null'),
      ),
    },
  );
  return {
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean(),
      fc.array(member, { maxLength: 4 }).map((members) => Object.fromEntries(members) as unknown),
    ),
  };
});

const isSchema = (value: unknown): value is boolean | Readonly<Record<string, unknown>> =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null);

describe('SchemaCompiler', () => {
  it('[SC16] whatever the schema, it is refused when it is read or has code, and that never throws', () => {
    const compiler = new SchemaCompiler();
    let compiled = 0;
    let refused = 0;
    fc.assert(
      fc.property(schema, fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }), (raw, values) => {
        const read: unknown = JSON.parse(JSON.stringify(raw));
        if (!isSchema(read)) return;
        let check: ReturnType<SchemaCompiler['get']>;
        try {
          check = compiler.get(read);
        } catch (error) {
          if (!(error instanceof SchemaError)) throw error;
          refused += 1;
          return;
        }
        for (const value of [...values, {}, [], 'a', null]) check.check(value);
        compiled += 1;
      }),
      { numRuns: 600 },
    );
    // The test would say nothing if all were refused.
    expect([compiled > 100, refused > 50]).toEqual([true, true]);
  });
});
