import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { ExportText } from '../../common/transfer/export-text.ts';
import type { TransferFormat } from '../../common/transfer/transfer-format.ts';
import type { CaptureContract } from '../contract/capture-contract.ts';
import type { ConsolePort } from './serve-console.ts';

export interface ExportFileWish {
  readonly seqs: readonly number[];
  readonly format: TransferFormat;
  /** Wall time, for the file's header. */
  readonly exportedMs: number;
  /** Of the program that writes it. */
  readonly version: string;
  /** What the paths of an archive are relative to. */
  readonly baseUrl: string;
}

export interface ExportFile {
  /** Rows of those asked for that are still stored. */
  readonly rows: number;
  /** The file's text, before it is compressed, piece by piece as it is read. */
  readonly text: AsyncIterable<string>;
}

type CaptureClient = ContractRouterClient<CaptureContract>['capture'];

/**
 * A whole file of exchanges, with secrets replaced, over a port to the `capture` root that is for this alone. The caller closes the
 * port, which ends the export.
 */
export async function openExportFile(port: ConsolePort, wish: ExportFileWish): Promise<ExportFile> {
  const { capture }: ContractRouterClient<CaptureContract> = createORPCClient(new RPCLink({ port }));
  const { exportId, rows } = await capture.export.open({ seqs: [...wish.seqs] });
  return { rows, text: textOf(capture, exportId, wish) };
}

async function* textOf(
  capture: CaptureClient,
  exportId: string,
  wish: ExportFileWish,
): AsyncGenerator<string, void, void> {
  const text = new ExportText({ ...wish, filter: '', masked: true });
  yield text.head();
  for (let over = false; !over;) {
    const { lines, done } = await capture.export.read({ exportId });
    yield text.records(lines);
    over = done;
  }
  yield text.foot();
}
