import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * A small file of the app's own: read whole, written whole. What is missing or is not of the schema counts as empty, so that no
 * file ever keeps the app from starting; every field of the schema has a default.
 */
export class JsonFile<Schema extends z.ZodType> {
  readonly #path: string;
  readonly #schema: Schema;
  #value: z.output<Schema>;

  constructor(path: string, schema: Schema) {
    this.#path = path;
    this.#schema = schema;
    this.#value = this.#read();
  }

  get value(): z.output<Schema> {
    return this.#value;
  }

  /** Written under another name and renamed: a crash leaves the old file or the new one. */
  set(change: Partial<z.output<Schema>>): void {
    this.#value = this.#schema.parse({ ...(this.#value as object), ...(change as object) });
    mkdirSync(dirname(this.#path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(this.#value, null, 2)}\n`, { mode: OWNER_ONLY_FILE });
    renameSync(`${this.#path}.new`, this.#path);
  }

  #read(): z.output<Schema> {
    let content: unknown = {};
    try {
      content = JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      const isKnown = error instanceof SyntaxError || (error instanceof Error && 'code' in error);
      if (!isKnown) throw error;
    }
    const parsed = this.#schema.safeParse(content);
    return parsed.success ? parsed.data : this.#schema.parse({});
  }
}
