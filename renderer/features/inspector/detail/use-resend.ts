import { useMutation } from '@tanstack/react-query';
import { readBody } from '../../../bridge/body.ts';
import { bridge } from '../../../state/console.ts';
import { draftInput, draftOfExchange, resendObstacle } from '../../../state/draft-input.ts';
import { openDraft } from '../../../state/draft.ts';
import type { Draft } from '../../../state/draft.ts';
import { showExchange } from '../../../state/inspector.ts';
import { goTo } from '../../../state/pages.ts';
import { errorText, formatMs } from '../../../ui/format.ts';
import { toast } from '../../../ui/toasts.ts';

/** The captured request as a draft. @throws {Error} when it is gone or was not stored whole */
async function loadDraft(seq: number): Promise<Draft> {
  const detail = await bridge.capture.exchange({ seq });
  if (detail === null) throw new Error(`Row ${seq} is no longer stored`);
  const obstacle = resendObstacle(detail);
  if (obstacle !== undefined) throw new Error(obstacle);
  const bytes = await readBody(seq, 'request', { offset: 0, length: detail.request.storedBytes });
  return draftOfExchange(detail, bytes);
}

async function resend(seq: number): Promise<void> {
  const result = draftInput(await loadDraft(seq));
  if (result.kind === 'wrong') throw new Error(result.problem.message);
  const reply = await bridge.hub.compose.send(result.input);
  const answer = reply.seq;
  toast({
    title: `Row ${seq} resent: ${reply.status} after ${formatMs(reply.durationMs)}`,
    ...(answer === null ? {} : { action: { label: 'Show it', run: () => showExchange(answer) } }),
  });
}

async function edit(seq: number): Promise<void> {
  openDraft(await loadDraft(seq));
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
