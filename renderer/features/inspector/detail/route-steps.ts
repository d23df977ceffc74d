import type { ExchangeDetail } from '../../../../hub-core/console/contract/capture-contract.ts';
import { outcomeText } from '../../../ui/exchange-status.ts';
import { formatMs } from '../../../ui/format.ts';

export interface RouteStep {
  /** Milliseconds since arrival; null when it is not known. */
  readonly at: number | null;
  readonly text: string;
}

function lastStep({ outcome, status }: ExchangeDetail['row'], endedMs: number | null): RouteStep {
  if (endedMs === null) return { at: null, text: 'Still on its way' };
  return {
    at: endedMs,
    text: status === null || status === 0 ? outcomeText(outcome) : `${outcomeText(outcome)} with ${status}`,
  };
}

/** The hand-overs to providers of a request that was handed over more than once, each with what it was chosen by. */
function attemptSteps({ choices }: ExchangeDetail): readonly RouteStep[] {
  return choices.flatMap(({ attempt, atMs, after, provider, candidates, rule }, place): readonly RouteStep[] => {
    const client = candidates.find((candidate) => candidate.provider === provider)?.client ?? '';
    const handed = { at: atMs, text: `Attempt ${attempt}: handed to ${client} on ${provider}, by ${rule}` };
    if (after === '') return [handed];
    const first = { at: null, text: `Handed to ${after}, the only provider then` };
    const left = { at: null, text: `${after} left before an answer: sent again` };
    return place === 0 ? [first, left, handed] : [left, handed];
  });
}

/** The same of which only the number is recorded. */
function countedSteps({ row, attempts, timing }: ExchangeDetail): readonly RouteStep[] {
  const steps: RouteStep[] = [];
  if (attempts > 1) {
    const lost = attempts - 1;
    steps.push({
      at: null,
      text: `${lost} ${lost === 1 ? 'provider' : 'providers'} left before an answer: sent again`,
    });
  }
  if (timing.sentMs !== null && row.provider !== '') {
    const waited = timing.sentMs - (timing.checkedMs ?? 0);
    const wait = attempts > 1 ? '' : waited >= 1 ? ` after ${formatMs(waited)} in the queue` : ' at once';
    steps.push({ at: timing.sentMs, text: `Handed to ${row.providerClient} on ${row.provider}${wait}` });
  }
  return steps;
}

/** What became of a request, step by step, as far as it is recorded. */
export function routeSteps(detail: ExchangeDetail): readonly RouteStep[] {
  const { row, attempts, timing, choices } = detail;
  const steps: RouteStep[] = [{ at: 0, text: `Arrived from ${row.from}, ${row.via}` }];
  if (timing.checkedMs !== null) steps.push({ at: timing.checkedMs, text: 'Route found, grant held' });
  const isTold = attempts > 1 && choices.at(-1)?.attempt === attempts;
  steps.push(...(isTold ? attemptSteps(detail) : countedSteps(detail)));
  if (timing.repliedMs !== null) steps.push({ at: timing.repliedMs, text: `${row.providerClient} answered` });
  steps.push(lastStep(row, timing.endedMs));
  return steps;
}
