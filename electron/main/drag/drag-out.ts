import { transferFileName } from '../../../hub-core/common/transfer/transfer-format.ts';
import type { TransferFormat } from '../../../hub-core/common/transfer/transfer-format.ts';
import { openExportFile } from '../../../hub-core/console/router/export-file.ts';
import type { ConsolePort } from '../../../hub-core/console/router/serve-console.ts';
import type { DragFolder } from './drag-folder.ts';

export interface DragWish {
  readonly seqs: readonly number[];
  readonly format: TransferFormat;
}

export interface DragOutDeps {
  /** A port to the `capture` root. @throws {Error} while there is none */
  readonly openCapture: () => ConsolePort;
  readonly folder: Pick<DragFolder, 'write'>;
  readonly version: string;
  readonly baseUrl: string;
  /** Wall time. */
  readonly nowMs: () => number;
  /** Hands the file to the pointer. */
  readonly start: (path: string) => void;
}

/**
 * Writes these exchanges to a file, secrets replaced, and hands it to the pointer. Nothing is handed over once `signal` aborted: the
 * button was let go of.
 *
 * @throws {Error} when none of them is stored any more
 */
export async function dragOut(wish: DragWish, deps: DragOutDeps, signal: AbortSignal | undefined): Promise<void> {
  const { openCapture, folder, version, baseUrl, nowMs, start } = deps;
  const exportedMs = nowMs();
  const port = openCapture();
  try {
    const { rows, text } = await openExportFile(port, { ...wish, exportedMs, version, baseUrl });
    if (rows === 0) throw new Error('Cannot drag these exchanges: none of them is stored any more');
    const path = await folder.write(transferFileName(wish.format, exportedMs), text, signal);
    if (signal?.aborted !== true) start(path);
  } finally {
    port.close();
  }
}
