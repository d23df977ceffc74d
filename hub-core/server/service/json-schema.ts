/** A JSON Schema (draft 2020-12) as it came: a plain JSON object. */
export type JsonSchema = Readonly<Record<string, unknown>>;
