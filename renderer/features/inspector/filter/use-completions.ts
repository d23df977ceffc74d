import { useEffect, useState } from 'react';
import type { QueryMeaning } from '../../../../hub-core/console/contract/capture-contract.ts';
import { bridge } from '../../../state/console.ts';

export interface CompletionItem {
  readonly text: string;
  readonly about: string;
  readonly count?: number | undefined;
}

export interface Completions {
  /** The text that this answers. */
  readonly query: string;
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
  readonly check: QueryMeaning;
}

/** A pause in typing after which the store is asked. */
const PAUSE_MS = 60;

/** What can stand at the cursor, and what the text means; the answer for an earlier text stays until the next one. */
export function useCompletions(query: string, cursor: number): Completions | undefined {
  const [answer, setAnswer] = useState<Completions>();
  useEffect(() => {
    const over = new AbortController();
    const ask = (): void => {
      bridge.capture.complete({ query, cursor }, { signal: over.signal }).then(
        (found) => setAnswer({ query, ...found }),
        (error: unknown) => {
          // The list itself says when the store is out of reach.
          if (!over.signal.aborted) console.warn('A filter could not be completed', error);
        },
      );
    };
    const timer = window.setTimeout(ask, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      over.abort();
    };
  }, [query, cursor]);
  return answer;
}
