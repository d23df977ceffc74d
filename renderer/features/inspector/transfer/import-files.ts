import { fromHarEntry } from '../../../../hub-core/common/transfer/har-import.ts';
import { bridge } from '../../../state/console.ts';
import { startPageJob } from '../../../state/jobs.ts';
import { showRows } from '../../../state/inspector.ts';
import { errorText, plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';
import { batchesOf, linesOf } from './record-batches.ts';
import { formatOfName } from '../../../../hub-core/common/transfer/transfer-format.ts';

/** The exchanges of an archive, one a line. @throws {Error} when it is none */
async function harText(file: File): Promise<string> {
  let archive: unknown;
  try {
    archive = JSON.parse(await file.text());
  } catch (cause) {
    throw new Error(`Cannot import "${file.name}": it is no JSON`, { cause });
  }
  const entries = (archive as { log?: { entries?: unknown } } | null)?.log?.entries;
  if (!Array.isArray(entries))
    throw new Error(`Cannot import "${file.name}": it has no log.entries, so it is no archive`);
  return entries.map((entry) => JSON.stringify(fromHarEntry(entry))).join('\n');
}

/** The file's records as text, however it is packed. @param onRead told of each piece's bytes in the file */
async function textOf(file: File, onRead: (bytes: number) => void): Promise<ReadableStream<string>> {
  const format = formatOfName(file.name);
  if (format === 'har') {
    const text = await harText(file);
    onRead(file.size);
    return new Blob([text]).stream().pipeThrough(new TextDecoderStream());
  }
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        onRead(piece.byteLength);
        controller.enqueue(piece);
      },
    }),
  );
  const plain = format === 'whub' ? counted.pipeThrough(new DecompressionStream('gzip')) : counted;
  return plain.pipeThrough(new TextDecoderStream());
}

async function importFile(file: File): Promise<void> {
  const job = startPageJob({ kind: 'import', label: file.name, of: file.size });
  const { signal } = job;
  let [searched, found] = [0, 0];
  try {
    const text = await textOf(file, (bytes) => {
      searched += bytes;
      job.progress({ searched });
    });
    for await (const lines of batchesOf(linesOf(text))) {
      if (signal.aborted) return;
      found += (await bridge.capture.importRecords({ lines }, { signal })).imported;
      job.progress({ found });
    }
    job.end('done');
    const show = { label: 'Show them', run: () => showRows('is:imported') };
    toast({ title: `${plural(found, 'exchange')} imported from ${file.name}`, action: show });
  } catch (error) {
    if (signal.aborted) return;
    job.end('failed', errorText(error));
    toast({ title: `Cannot import ${file.name}`, description: errorText(error), tone: 'error' });
  }
}

/** Adds the exchanges of files to the store, one file after the other, each as a job. */
export async function importFiles(files: readonly File[]): Promise<void> {
  for (const file of files) await importFile(file);
}
