import { useMemo } from 'react';
import type { ExchangeRow } from '../../../hub-core/console/contract/capture-contract.ts';
import { usePreferences } from '../../state/preferences.ts';
import { highlighter } from './highlight.ts';

/** Which colour a row has by the highlight rules; 0 = none. */
export function useHighlight(): (row: ExchangeRow) => number {
  const rules = usePreferences((preferences) => preferences.highlights);
  return useMemo(() => highlighter(rules, Date.now()), [rules]);
}
