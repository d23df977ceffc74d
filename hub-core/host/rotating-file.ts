import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotatingFileOptions {
  readonly path: string;
  /** Above that a new file is begun. Default 5 MiB. */
  readonly maxBytes?: number;
  /** Files kept, the present one among them: `x.log`, `x.log.1`, … Default 5. */
  readonly keep?: number;
}

const MAX_BYTES = 5 << 20;
const KEEP = 5;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * A log file of bounded size: appended to at once, so that the last line before a crash is in it, and set aside when full.
 * One writer a file. What cannot be written is left out: a full disk must not stop what is being logged.
 */
export class RotatingFile implements Disposable {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  #descriptor: number | undefined;
  #bytes = 0;

  constructor({ path, maxBytes = MAX_BYTES, keep = KEEP }: RotatingFileOptions) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.#maxBytes) this.#rotate();
      this.#descriptor ??= this.#open();
      this.#bytes += writeSync(this.#descriptor, bytes);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    const descriptor = openSync(this.#path, 'a', OWNER_ONLY_FILE);
    this.#bytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #rotate(): void {
    this[Symbol.dispose]();
    rmSync(this.#nameOf(this.#keep - 1), { force: true });
    for (let number = this.#keep - 1; number > 0; number -= 1)
      moveIfThere(this.#nameOf(number - 1), this.#nameOf(number));
    this.#bytes = 0;
  }

  #nameOf(number: number): string {
    return number === 0 ? this.#path : `${this.#path}.${String(number)}`;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
