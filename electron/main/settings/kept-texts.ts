import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeptName } from '../../../hub-core/console/contract/desktop-contract.ts';
import { KEPT_NAMES, MAX_KEPT_CHARS } from '../../../hub-core/console/contract/desktop-contract.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Puts a text in the place of a file; null: there is none any more. */
type PutText = (path: string, text: string | null) => Promise<void>;

/** Under another name and renamed: a process that is killed leaves the old text or the new one. */
async function putText(path: string, text: string | null): Promise<void> {
  if (text === null) {
    await rm(path, { force: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
  await writeFile(`${path}.new`, text, { mode: OWNER_ONLY_FILE });
  await rename(`${path}.new`, path);
}

/** One text in one file: the newest is written, those that came while another was being written are left out. */
class KeptText {
  readonly #path: string;
  readonly #put: PutText;
  #text: string | null;
  #writing: Promise<void> | undefined;
  #isWritten = true;

  constructor(path: string, put: PutText) {
    this.#path = path;
    this.#put = put;
    this.#text = readText(path);
  }

  get text(): string | null {
    return this.#text;
  }

  keep(text: string | null): Promise<void> {
    this.#text = text;
    this.#isWritten = false;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  /** What a text failed with is of no interest when a newer one is written after it. */
  async #write(): Promise<void> {
    try {
      while (!this.#isWritten) {
        this.#isWritten = true;
        try {
          await this.#put(this.#path, this.#text);
        } catch (error) {
          // A newer one came meanwhile.
          if (!this.#isWritten) continue;
          this.#isWritten = false;
          throw error;
        }
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

/** What cannot be read is as good as nothing: it keeps no app from starting. */
function readText(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > MAX_KEPT_CHARS ? null : text;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/**
 * What the console's page would lose with its process, in files of the app's own folder. Chromium's own storage is written to the
 * disk seconds later, which a killed app does not see.
 */
export class KeptTexts {
  readonly #texts: ReadonlyMap<KeptName, KeptText>;

  constructor(userData: string, put: PutText = putText) {
    const folder = join(userData, 'kept');
    this.#texts = new Map(KEPT_NAMES.map((name) => [name, new KeptText(join(folder, `${name}.json`), put)]));
  }

  read(name: KeptName): string | null {
    return this.#texts.get(name)?.text ?? null;
  }

  /** Resolves when this text, or a newer one, is in its file. What waits for the disk waits behind the text: the last one kept is the last one written. */
  async keep(name: KeptName, text: string | null): Promise<void> {
    await this.#texts.get(name)?.keep(text);
  }
}
