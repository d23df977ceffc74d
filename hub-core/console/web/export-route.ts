import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { RequestError } from '../../common/errors/hub-error.ts';
import { seqsOf } from '../../common/transfer/seq-ranges.ts';
import { TRANSFER_FORMATS, transferFileName } from '../../common/transfer/transfer-format.ts';
import type { TransferFormat } from '../../common/transfer/transfer-format.ts';
import { openExportFile } from '../router/export-file.ts';
import type { ConsolePort } from '../router/serve-console.ts';

export interface ExportRouteDeps {
  /** A new line to the `capture` root; undefined while its thread is not there. */
  readonly openConsole: () => ConsolePort | undefined;
  readonly version: string;
  readonly baseUrl: string;
  /** Wall time. */
  readonly nowMs: () => number;
}

const EXPORT_PATH = /^\/console\/export\/([\d,-]{1,4096})\.([a-z]{1,8})$/;

function parse(path: string): { readonly seqs: readonly number[]; readonly format: TransferFormat } | undefined {
  const [, ranges = '', ending] = EXPORT_PATH.exec(path) ?? [];
  const [seqs, format] = [seqsOf(ranges), TRANSFER_FORMATS.find((each) => each === ending)];
  return seqs === undefined || format === undefined ? undefined : { seqs, format };
}

/**
 * Answers `GET /console/export/3-5,9.whub|har|ndjson` with a file of these exchanges, secrets replaced. For a drag out of the page,
 * which the browser fetches when it is dropped.
 *
 * @throws {RequestError} NOT_FOUND_ERR for another path, and when none of the rows is stored; UNAVAILABLE_ERR without the store
 */
export async function serveExport(
  request: IncomingMessage,
  response: ServerResponse,
  { openConsole, version, baseUrl, nowMs }: ExportRouteDeps,
): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const wish = parse(path);
  const nothing = (text: string): RequestError => new RequestError('NOT_FOUND_ERR', text, { instance: path });
  if (wish === undefined) throw nothing(`There is nothing at "${path}"`);
  const port = openConsole();
  if (port === undefined) throw new RequestError('UNAVAILABLE_ERR', 'The traffic store is starting; try again');
  try {
    const exportedMs = nowMs();
    const { rows, text } = await openExportFile(port, { ...wish, exportedMs, version, baseUrl });
    if (rows === 0) throw nothing('None of these exchanges is stored, or no longer');
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${transferFileName(wish.format, exportedMs)}"`,
      'cache-control': 'no-store',
    });
    if (request.method === 'HEAD') response.end();
    else if (wish.format === 'whub') await pipeline(Readable.from(text), createGzip(), response);
    else await pipeline(Readable.from(text), response);
  } finally {
    port.close();
  }
}
