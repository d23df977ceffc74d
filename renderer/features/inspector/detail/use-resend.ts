import { useMutation } from '@tanstack/react-query';
import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import type { ComposeInput } from '../../../../hub-core/console/contract/hub-contract.ts';
import { readBody } from '../../../bridge/body.ts';
import { bridge } from '../../../state/console.ts';
import { draftOfExchange, resendInput, resendObstacle } from '../../../state/draft-input.ts';
import { openDraft } from '../../../state/draft.ts';
import { showExchange } from '../../../state/inspector.ts';
import { goTo } from '../../../state/pages.ts';
import { errorText, formatMs } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';

/** @throws {Error} when the request is gone or was not stored whole */
async function load(seq: number): Promise<readonly [ExchangeDetail, Uint8Array]> {
  const detail = await bridge.capture.exchange({ seq });
  if (detail === null) throw new Error(`Row ${seq} is no longer stored`);
  const obstacle = resendObstacle(detail);
  if (obstacle !== undefined) throw new Error(obstacle);
  return [detail, await readBody(seq, 'request', { offset: 0, length: detail.request.storedBytes })];
}

/** The captured request, to be sent as it was. @throws {Error} when it is gone or was not stored whole */
export async function loadResend(seq: number): Promise<ComposeInput> {
  return resendInput(...(await load(seq)));
}

async function resend(seq: number): Promise<void> {
  const reply = await bridge.hub.compose.send(await loadResend(seq));
  const answer = reply.seq;
  toast({
    title: `Row ${seq} resent: ${reply.status} after ${formatMs(reply.durationMs)}`,
    ...(answer === null ? {} : { action: { label: 'Show it', run: () => showExchange(answer) } }),
  });
}

async function edit(seq: number): Promise<void> {
  openDraft(draftOfExchange(...(await load(seq))));
  goTo('compose');
}

/** Sending a captured request again, as it is or after a change. */
export function useResend() {
  const onError = (title: string) => (error: unknown) => toast({ title, description: errorText(error), tone: 'error' });
  return {
    resend: useMutation({ mutationFn: resend, onError: onError('Cannot resend') }),
    edit: useMutation({ mutationFn: edit, onError: onError('Cannot edit and resend') }),
  };
}
