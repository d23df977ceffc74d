import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { PassThrough, type Writable } from 'node:stream';
import type { CaptureFileHeader, CaptureRecord } from '../common/transfer/capture-record.ts';
import { harFrame, toHarEntry } from '../common/transfer/har.ts';

export const EXPORT_FORMATS = ['ndjson', 'har', 'whub'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** By the file's name; what has none is lines of JSON. */
export function formatOfFile(file: string | undefined): ExportFormat {
  const extension = file === undefined ? '' : extname(file).slice(1).toLowerCase();
  return EXPORT_FORMATS.find((format) => format === extension) ?? 'ndjson';
}

export interface ExportFile {
  readonly format: ExportFormat;
  /** Undefined: `output` gets it. */
  readonly path: string | undefined;
  readonly output: Writable;
  readonly header: CaptureFileHeader;
  readonly version: string;
  /** What the paths of an archive are relative to. */
  readonly baseUrl: string;
}

/** Writes records in one of the formats. A file has its name only when it is whole. */
export class ExportWriter implements AsyncDisposable {
  readonly #file: ExportFile;
  readonly #input = new PassThrough();
  readonly #done: Promise<void>;
  #entries = 0;
  #whole = false;

  constructor(file: ExportFile) {
    this.#file = file;
    const partial = this.#partialPath();
    const output = partial === undefined ? file.output : createWriteStream(partial, { mode: 0o600 });
    const stages = file.format === 'whub' ? [this.#input, createGzip(), output] : [this.#input, output];
    // A terminal stays open: others write to it.
    this.#done = pipeline(stages, { end: partial !== undefined });
    this.#done.catch(() => {}); // told by `write` and `finish`
    if (file.format === 'har') this.#input.write(harFrame(file.version).head);
    if (file.format === 'whub') this.#input.write(`${JSON.stringify(file.header)}\n`);
  }

  /** @param lines records, one a line */
  async write(lines: string): Promise<void> {
    if (lines === '') return;
    const text = this.#file.format === 'har' ? this.#harEntries(lines) : lines;
    if (!this.#input.write(text)) await Promise.race([once(this.#input, 'drain'), this.#done]);
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    if (this.#file.format === 'har') this.#input.write(harFrame(this.#file.version).foot);
    this.#input.end();
    await this.#done;
    const [partial, { path }] = [this.#partialPath(), this.#file];
    if (partial !== undefined && path !== undefined) await rename(partial, path);
    this.#whole = true;
  }

  /** Removes what is not whole. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#whole) return;
    this.#input.destroy();
    await this.#done.catch(() => {}); // its own end
    const partial = this.#partialPath();
    if (partial !== undefined) await rm(partial, { force: true });
  }

  #partialPath(): string | undefined {
    const { path } = this.#file;
    return path === undefined ? undefined : `${path}.part`;
  }

  #harEntries(lines: string): string {
    let text = '';
    for (const line of lines.split('\n')) {
      if (line === '') continue;
      const entry = toHarEntry(JSON.parse(line) as CaptureRecord, this.#file.baseUrl);
      text += `${this.#entries === 0 ? '' : ',\n'}${JSON.stringify(entry)}`;
      this.#entries += 1;
    }
    return text;
  }
}
