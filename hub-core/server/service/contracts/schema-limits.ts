/**
 * What one schema may be. Ajv makes code of it, whose making takes about 0.3 ms for each subschema and is not divisible, and
 * which nests as deep as an object has properties: above these bounds the hub's loop would stand still for too long, or the
 * code would exceed the stack.
 */
export const SCHEMA_LIMITS = {
  /** As JSON text. */
  bytes: 65_536,
  subschemas: 500,
  depth: 64,
  /** Of one registration together, as JSON text. */
  bytesPerService: 1_048_576,
} as const;
