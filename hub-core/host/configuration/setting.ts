import { z } from 'zod';
import { hubConfigSchema } from '../../server/hub/config.ts';

/** One thing about a hub that can be set. */
export interface Setting {
  /** `limits.maxFrameBytes` */
  readonly name: string;
  /** Environment variable that sets it, `WHUB_LIMITS_MAX_FRAME_BYTES`. */
  readonly variable: string;
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  /** A JSON value. */
  readonly fallback: unknown;
  /** With unit, and what 0 means. */
  readonly description: string;
}

/** What is read here of the JSON Schema that zod makes. */
const nodeSchema = z.object({
  // Absent where there is a choice: one of something, or a list of it.
  type: z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean']).default('array'),
  properties: z.record(z.string(), z.unknown()).optional(),
  default: z.unknown().optional(),
  description: z.string().default(''),
});

const TYPES = {
  array: 'list',
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  object: 'list',
} as const satisfies Record<z.output<typeof nodeSchema>['type'], Setting['type']>;

/** `--data` and `WHUB_DATA` say where the data is, to every command alike. */
const ELSEWHERE: ReadonlySet<string> = new Set(['dataDir']);

/** The variable of a setting, or, with `_` behind, how those of a section begin. */
export function variableOf(name: string): string {
  return `WHUB_${name.replaceAll('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

function* settingsOf(schema: unknown, prefix: string): Generator<Setting> {
  const { type, properties, default: fallback, description } = nodeSchema.parse(schema);
  if (properties === undefined) {
    yield { name: prefix, variable: variableOf(prefix), type: TYPES[type], fallback, description };
    return;
  }
  for (const [key, property] of Object.entries(properties)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (!ELSEWHERE.has(name)) yield* settingsOf(property, name);
  }
}

/** Every setting, in the schema's order. */
export function listSettings(): readonly Setting[] {
  return [...settingsOf(z.toJSONSchema(hubConfigSchema, { io: 'input' }), '')];
}
