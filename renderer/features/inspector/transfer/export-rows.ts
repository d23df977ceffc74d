import { bridge } from '../../../state/console.ts';
import { errorText, plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';
import { ExportText } from '../../../../hub-core/common/transfer/export-text.ts';
import { transferFileName } from '../../../../hub-core/common/transfer/transfer-format.ts';
import type { TransferFormat } from '../../../../hub-core/common/transfer/transfer-format.ts';
import { withExport } from './with-export.ts';

export interface ExportWish {
  readonly format: TransferFormat;
  /** The rows; absent: those that match the filter. */
  readonly seqs?: readonly number[] | undefined;
  readonly filter: string;
  readonly secrets: boolean;
  readonly version: string;
}

/** Text that is put together where the browser keeps it, compressed on the way where that is wanted. */
function blobSink(isCompressed: boolean) {
  const text = new TextEncoderStream();
  const bytes = isCompressed ? text.readable.pipeThrough(new CompressionStream('gzip')) : text.readable;
  const blob = new Response(bytes).blob();
  // Told by `write` as well.
  blob.catch(() => {});
  return { writer: text.writable.getWriter(), blob };
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address up by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** True when the export was stopped, by a person in the list of jobs. */
const isStopped = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOT_FOUND';

async function read(wish: ExportWish, exportId: string, exportedMs: number): Promise<Blob> {
  const { format, filter, secrets, version } = wish;
  const { writer, blob } = blobSink(format === 'whub');
  const shape = { format, filter, masked: !secrets, exportedMs, version, baseUrl: window.location.origin };
  const text = new ExportText(shape);
  try {
    await writer.write(text.head());
    for (;;) {
      const { lines, done } = await bridge.capture.export.read({ exportId });
      await writer.write(text.records(lines));
      if (done) break;
    }
    await writer.write(text.foot());
    await writer.close();
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
  return blob;
}

/** Writes exchanges to a file, which is saved when it is whole. The store lists it as a job, by which it can be stopped. */
export async function exportRows(wish: ExportWish): Promise<void> {
  const { filter, seqs, secrets } = wish;
  try {
    const chosen = seqs === undefined ? { query: filter } : { seqs: [...seqs] };
    const { blob, rows, atMs } = await withExport(bridge.capture.export, { ...chosen, secrets }, async (opened) => {
      const openedMs = Date.now();
      return { blob: await read(wish, opened.exportId, openedMs), rows: opened.rows, atMs: openedMs };
    });
    save(blob, transferFileName(wish.format, atMs));
    toast({ title: `${plural(rows, 'exchange')} exported, ${secrets ? 'with their secrets' : 'secrets replaced'}` });
  } catch (error) {
    if (isStopped(error)) toast({ title: 'The export was stopped; no file was written' });
    else toast({ title: 'Cannot export', description: errorText(error), tone: 'error' });
  }
}
