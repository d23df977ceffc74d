import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** A program that was dropped on may read its file a while later. */
const KEPT_FILES = 3;

/** Files that are dragged out of the app: the last few, until it ends. What a killed app left goes at the next start. */
export class DragFolder implements Disposable {
  readonly #folder: string;
  #count = 0;

  constructor(userData: string) {
    this.#folder = join(userData, 'drag-out');
    this[Symbol.dispose]();
  }

  /** @returns the file's path; none is left when `signal` aborts or the text breaks off */
  async write(name: string, text: AsyncIterable<string>, signal: AbortSignal | undefined): Promise<string> {
    this.#count += 1;
    // Each in a folder of its own: two of one second have one name.
    const folder = this.#numbered(this.#count);
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    const path = join(folder, name);
    const file = createWriteStream(path, { mode: OWNER_ONLY_FILE });
    const options = signal === undefined ? {} : { signal };
    try {
      if (name.endsWith('.whub')) await pipeline(Readable.from(text), createGzip(), file, options);
      else await pipeline(Readable.from(text), file, options);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    rmSync(this.#numbered(this.#count - KEPT_FILES), { recursive: true, force: true });
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #numbered(count: number): string {
    return join(this.#folder, String(count));
  }
}
