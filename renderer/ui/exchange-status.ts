import type { ExchangeRow } from '../../hub-core/console/contract/capture-contract.ts';
import type { Tone } from './status.tsx';

export interface ExchangeStatus {
  readonly tone: Tone;
  readonly word: string;
}

/** How a status code is shown: below 400 well, 4xx the caller's fault, 5xx the provider's or the hub's. */
export function toneOfStatus(status: number): Tone {
  if (status === 499) return 'muted';
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return 'ok';
}

/** A row's status as a short word: the number, or what it waits for. */
export function exchangeStatus(row: Pick<ExchangeRow, 'status' | 'outcome'>): ExchangeStatus {
  if (row.outcome === 'gap') return { tone: 'warn', word: 'gap' };
  if (row.outcome === 'one-way') return { tone: 'info', word: 'one-way' };
  if (row.status === null)
    return row.outcome === null ? { tone: 'pending', word: 'pending' } : { tone: 'error', word: row.outcome };
  if (row.outcome === 'caller-lost') return { tone: 'muted', word: 'caller left' };
  return { tone: toneOfStatus(row.status), word: String(row.status) };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  replied: 'The provider answered',
  'built-in': 'The hub answered by itself',
  middleware: 'A middleware answered it',
  refused: 'The hub refused it before any provider got it',
  deadline: 'The time ran out',
  cancelled: 'The caller cancelled',
  'provider-lost': 'The provider left before it answered',
  'caller-lost': 'The caller left before the answer came',
  'one-way': 'No answer was wanted',
  lost: 'The hub stopped before the answer came',
  gap: 'Exchanges were not recorded here',
};

export function outcomeText(outcome: string | null): string {
  return outcome === null ? 'Waiting for the answer' : (OUTCOMES[outcome] ?? outcome);
}
