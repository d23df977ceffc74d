import type { CompletionItem, Completions } from './use-completions.ts';

/** What the list below the filter offers, and the part of the text that it replaces. */
export interface Offer extends CompletionItem {
  readonly from: number;
  readonly to: number;
}

const MAX_OFFERS = 12;
const MAX_RECENT_OFFERS = 6;

/**
 * What is offered for a text: before anything is typed the filters that were used last, then keys, or the values of the key
 * before the cursor. What would change nothing is left out.
 */
export function offersOf(
  text: string,
  completions: Completions | undefined,
  recent: readonly string[],
): readonly Offer[] {
  const used =
    text.trim() === ''
      ? recent
          .slice(0, MAX_RECENT_OFFERS)
          .map((filter): Offer => ({ text: filter, about: 'used lately', from: 0, to: text.length }))
      : [];
  if (completions === undefined || completions.query !== text) return used;
  const { from, to, items } = completions;
  const typed = text.slice(from, to);
  const fitting = items.filter((item) => item.text !== typed).map((item): Offer => ({ ...item, from, to }));
  return [...used, ...fitting].slice(0, MAX_OFFERS);
}

/** The text with an offer taken, and where the cursor goes; `done`: nothing is to follow at once, as a value does a key. */
export function accepted(
  text: string,
  offer: Offer,
): { readonly text: string; readonly cursor: number; readonly done: boolean } {
  const isKey = offer.text.endsWith(':');
  const rest = text.slice(offer.to);
  const gap = isKey || rest.startsWith(' ') ? '' : ' ';
  const head = text.slice(0, offer.from) + offer.text + gap;
  return { text: head + rest, cursor: head.length, done: !isKey };
}
