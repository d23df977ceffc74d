import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';

/**
 * The JSON Schema of what a zod schema takes, so that a built-in route's description and its check have one source. What has
 * no such form (a transformation's result, a check in code) is left out.
 */
export function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}
