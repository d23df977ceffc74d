import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fromHarEntry } from '../common/transfer/har-import.ts';
import { CommandError, ExitCode } from './exit.ts';
import type { ExportFormat } from './export-writer.ts';

/** What one call of the contract carries. */
const BATCH_ROWS = 200;
const BATCH_CHARACTERS = 512 << 10;

async function* harLines(path: string): AsyncGenerator<string> {
  let archive: unknown;
  try {
    archive = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CommandError(ExitCode.Failure, `Cannot import "${path}": it is no JSON`, { cause });
  }
  const entries = (archive as { log?: { entries?: unknown } } | null)?.log?.entries;
  if (!Array.isArray(entries))
    throw new CommandError(ExitCode.Failure, `Cannot import "${path}": it has no log.entries, so it is no archive`);
  for (const entry of entries) yield JSON.stringify(fromHarEntry(entry));
}

async function* textLines(path: string, format: ExportFormat): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = new PassThrough();
  const stages: [Readable, ...NodeJS.ReadWriteStream[]] =
    format === 'whub' ? [file, createGunzip(), text] : [file, text];
  const reading = pipeline(stages);
  reading.catch((error: unknown) => text.destroy(error instanceof Error ? error : new Error(String(error))));
  yield* createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY });
  await reading;
}

/** Records of a file, some at a time, one a line. */
export async function* recordBatches(path: string, format: ExportFormat): AsyncGenerator<string> {
  let [batch, rows] = ['', 0];
  for await (const line of format === 'har' ? harLines(path) : textLines(path, format)) {
    batch += `${line}\n`;
    rows += 1;
    if (rows < BATCH_ROWS && batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    [batch, rows] = ['', 0];
  }
  if (batch !== '') yield batch;
}
