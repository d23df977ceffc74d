import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { CommandError, ExitCode } from './exit.ts';

const contextSchema = z.strictObject({
  url: z.string(),
  client: z.string().optional(),
  key: z.string().optional(),
  /** PEM file of the authority to trust. */
  ca: z.string().optional(),
});
/** A hub and who one is there, under a name. */
export type Context = z.infer<typeof contextSchema>;

const fileSchema = z.strictObject({
  current: z.string().nullable(),
  contexts: z.record(z.string(), contextSchema),
});
type ContextFile = z.infer<typeof fileSchema>;

/** One row of `whub context list`; the key itself is never shown again. */
export interface ContextRow {
  readonly name: string;
  readonly url: string;
  readonly client: string | null;
  readonly has_key: boolean;
  readonly current: boolean;
}

/** Where contexts are kept: the platform's folder for configuration, or `WHUB_CONFIG`. */
export function contextFile(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['WHUB_CONFIG'] ?? envPaths('whub', { suffix: '' }).config, 'contexts.json');
}

/** The saved contexts: a file with keys in it, readable by its owner alone. */
export class ContextStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The context in use; undefined when none was chosen. */
  async current(): Promise<Context | undefined> {
    const { current, contexts } = await this.#read();
    return current === null ? undefined : contexts[current];
  }

  async list(): Promise<readonly ContextRow[]> {
    const { current, contexts } = await this.#read();
    return Object.entries(contexts).map(([name, { url, client, key }]) => {
      return { name, url, client: client ?? null, has_key: key !== undefined, current: name === current };
    });
  }

  /** Adds a context, or replaces the one of that name. The first becomes the one in use. */
  async add(name: string, context: Context): Promise<void> {
    const { current, contexts } = await this.#read();
    await this.#write({ current: current ?? name, contexts: { ...contexts, [name]: context } });
  }

  /** @throws {CommandError} when there is no such context */
  async use(name: string): Promise<void> {
    const file = await this.#read();
    if (!Object.hasOwn(file.contexts, name)) {
      throw new CommandError(
        ExitCode.Failure,
        `Cannot use context "${name}": there is none of that name; add it with "whub context add ${name} --url URL"`,
      );
    }
    await this.#write({ ...file, current: name });
  }

  async #read(): Promise<ContextFile> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, contexts: {} };
      throw error;
    }
    try {
      return fileSchema.parse(JSON.parse(text));
    } catch (error) {
      throw new CommandError(
        ExitCode.Failure,
        `Cannot read "${this.#path}": it is no list of contexts; mend or delete it`,
        {
          cause: error,
        },
      );
    }
  }

  /** Written beside and renamed, so that a reader never sees half a file. */
  async #write(file: ContextFile): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const draft = `${this.#path}.${String(process.pid)}`;
    await writeFile(draft, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, this.#path);
  }
}
