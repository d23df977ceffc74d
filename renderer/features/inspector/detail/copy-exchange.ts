import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { readBody } from '../../../bridge/body.ts';
import { bridge } from '../../../state/console.ts';
import { resendObstacle } from '../../../state/draft-input.ts';
import { copyText } from '../../../ui/clipboard.ts';
import { errorText, formatBytes } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';
import { withExport } from '../transfer/with-export.ts';
import type { COPY_FORMS, CopyInput } from './copy-as.ts';

/** What is longer is no line for a terminal. */
const MAX_BODY_BYTES = 1_000_000;

export type CopyForm = (typeof COPY_FORMS)[number];
export type CopyUrls = Pick<CopyInput, 'url' | 'httpUrl'>;

const cannotCopy = (name: string) => (error: unknown) =>
  toast({ title: `Cannot copy as ${name}`, description: errorText(error), tone: 'error' });

/** Puts the request into the clipboard as a command, code or a document. */
export async function copyAs(form: CopyForm, detail: ExchangeDetail, urls: CopyUrls): Promise<void> {
  const { storedBytes } = detail.request;
  const problem =
    storedBytes > MAX_BODY_BYTES
      ? `Its body has ${formatBytes(storedBytes)}, more than ${formatBytes(MAX_BODY_BYTES)}`
      : resendObstacle(detail);
  try {
    if (problem !== undefined) throw new Error(problem);
    const body = await readBody(detail.row.seq, 'request', { offset: 0, length: storedBytes });
    if (await copyText(form.make({ detail, body, ...urls }), form.name)) toast({ title: `Copied as ${form.name}` });
  } catch (error) {
    cannotCopy(form.name)(error);
  }
}

/** The same of a row whose detail is not at hand. */
export async function copyRowAs(form: CopyForm, seq: number, urls: CopyUrls): Promise<void> {
  try {
    const detail = await bridge.capture.exchange({ seq });
    if (detail === null) throw new Error(`Row ${seq} is no longer stored`);
    await copyAs(form, detail, urls);
  } catch (error) {
    cannotCopy(form.name)(error);
  }
}

/** Puts whole exchanges into the clipboard, as the lines of JSON that an export has and an import takes; secrets are replaced. */
export async function copyRecords(seqs: readonly number[]): Promise<void> {
  const name = 'fixture';
  try {
    const wish = { query: '', seqs: [...seqs], secrets: false };
    const text = await withExport(bridge.capture.export, wish, async ({ exportId }) => {
      let lines = '';
      for (let done = false; !done;) {
        const piece = await bridge.capture.export.read({ exportId });
        lines += piece.lines;
        done = piece.done;
      }
      return lines;
    });
    if (await copyText(text, name)) toast({ title: 'Copied as fixture, secrets replaced' });
  } catch (error) {
    cannotCopy(name)(error);
  }
}
