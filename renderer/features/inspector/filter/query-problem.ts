import type { QueryError } from '../exchange-list.ts';
import type { Completions } from './use-completions.ts';

/** What is wrong with the text as it stands; while it is not checked yet, what the store said of the last one. */
export function problemOf(
  text: string,
  completions: Completions | undefined,
  storeError: QueryError | undefined,
): QueryError | undefined {
  if (completions?.query !== text || completions.check.valid) {
    // An error with a column is about a text, which may be another one by now.
    return storeError?.column === undefined ? storeError : undefined;
  }
  const { message, column, suggestion } = completions.check;
  return { message, column, ...(suggestion === null ? {} : { suggestion }) };
}

const withoutQuotes = (text: string): string => text.replaceAll('"', '');

/** What the one mend comes to, in words. */
export function mendLabel(text: string, suggestion: string): string {
  const quotes = suggestion !== `${text}"` && withoutQuotes(suggestion) === withoutQuotes(text);
  return quotes ? `Search this as text: ${suggestion}` : `Use ${suggestion}`;
}
