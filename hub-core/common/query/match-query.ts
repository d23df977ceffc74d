import { foldCase, type Pattern, type Query, type Searchable, type StatusTest, type TextField } from './query.ts';

function containsText(row: Searchable, folded: string): boolean {
  const texts = [row.service, row.method, row.uri, row.from, row.provider, row.providerClient, row.error];
  if (row.status !== null) texts.push(String(row.status));
  return texts.some((text) => foldCase(text).includes(folded));
}

/** Greedy with one point to come back to, so linear in practice and never worse than |pattern| × |text|. */
function matchesWild(pattern: string, text: string): boolean {
  const [wanted, given] = [Array.from(pattern), Array.from(text)];
  let [p, t] = [0, 0];
  let [starAt, resumeAt] = [-1, 0];
  while (t < given.length) {
    if (wanted[p] === '*') {
      [starAt, resumeAt] = [p, t];
      p += 1;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[t])) {
      p += 1;
      t += 1;
    } else if (starAt >= 0) {
      resumeAt += 1;
      [p, t] = [starAt + 1, resumeAt];
    } else {
      return false;
    }
  }
  while (wanted[p] === '*') p += 1;
  return p === wanted.length;
}

function matchesPattern(pattern: Pattern, value: string): boolean {
  const [wanted, given] = [foldCase(pattern.text), foldCase(value)];
  return pattern.wild ? matchesWild(wanted, given) : wanted === given;
}

/** `to` is the provider in either of its names: the client's, or the channel's. */
function fieldValues(row: Searchable, field: TextField): readonly string[] {
  return field === 'to' ? [row.provider, row.providerClient] : [row[field]];
}

function passesStatus(row: Searchable, test: StatusTest): boolean {
  switch (test.kind) {
    case 'code':
      return row.status === test.code;
    case 'class':
      return row.status !== null && Math.trunc(row.status / 100) === test.hundreds;
    case 'error':
      return (row.status ?? 0) >= 400 || row.error !== '';
    case 'pending':
      return row.status === null;
  }
}

/** Whether a row passes a filter: the meaning of {@link Query} that every other evaluation is tested against. */
export function matchesQuery(query: Query, row: Searchable): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.terms.every((term) => matchesQuery(term, row));
    case 'or':
      return query.terms.some((term) => matchesQuery(term, row));
    case 'not':
      return !matchesQuery(query.term, row);
    case 'text':
      return containsText(row, foldCase(query.text));
    case 'field':
      return query.patterns.some((pattern) =>
        fieldValues(row, query.field).some((value) => matchesPattern(pattern, value)),
      );
    case 'status':
      return query.tests.some((test) => passesStatus(row, test));
  }
}
