import type { BodyTest, JsonTest, NumberField, NumberTest, Pattern, Query, StatusTest } from './query.ts';

const COMPARED = { '=': 'is', '>': 'is above', '>=': 'is at least', '<': 'is below', '<=': 'is at most' } as const;
const UNITS: Readonly<Partial<Record<NumberField, string>>> = {
  dur: ' ms',
  queue: ' ms',
  size: ' B',
  'req.size': ' B',
  'rep.size': ' B',
};

const quoted = (text: string): string => `"${text}"`;
const anyOf = (parts: readonly string[]): string => parts.join(' or ');

function ofPattern(pattern: Pattern): string {
  if ('regex' in pattern) return `matches /${pattern.regex}/`;
  return pattern.wild && /[*?]/.test(pattern.text) ? `is like ${quoted(pattern.text)}` : `is ${quoted(pattern.text)}`;
}

const ofNumber = ({ operator, value }: NumberTest, unit: string): string =>
  `${COMPARED[operator]} ${String(value)}${unit}`;

function ofStatus(test: StatusTest): string {
  switch (test.kind) {
    case 'compare':
      return `${COMPARED[test.operator]} ${String(test.code)}`;
    case 'class':
      return `is ${String(test.hundreds)}xx`;
    case 'ok':
    case 'error':
    case 'pending':
      return `is ${test.kind}`;
  }
}

function ofJson(test: JsonTest): string {
  switch (test.kind) {
    case 'decimal':
      return `${COMPARED[test.operator]} the number ${test.decimal}`;
    case 'string':
      return `is the text ${quoted(test.text)}`;
    case 'pattern':
      return ofPattern(test.pattern);
  }
}

const ofBody = (test: BodyTest): string =>
  'regex' in test ? `matches /${test.regex}/` : `contains ${quoted(test.text)}`;

/** In brackets where the reader could join it wrongly. */
const inner = (query: Query): string =>
  query.kind === 'or' || query.kind === 'and' ? `(${explainQuery(query)})` : explainQuery(query);

/** A filter in plain words, for the person who wrote it: what it is taken to mean. */
// oxlint-disable-next-line complexity -- a switch over a union: one line each
export function explainQuery(query: Query): string {
  switch (query.kind) {
    case 'all':
      return 'everything';
    case 'and':
      return query.terms.map(inner).join(' and ');
    case 'or':
      return query.terms.map(inner).join(', or ');
    case 'not':
      return `not (${explainQuery(query.term)})`;
    case 'text':
      return `a text contains ${quoted(query.text)}`;
    case 'regex':
      return `a text matches /${query.source}/`;
    case 'field':
      return `${query.field} ${anyOf(query.patterns.map(ofPattern))}`;
    case 'number':
      return `${query.field} ${anyOf(query.tests.map((test) => ofNumber(test, UNITS[query.field] ?? '')))}`;
    case 'status':
      return `status ${anyOf(query.tests.map(ofStatus))}`;
    case 'time':
      return `arrived ${query.bound === 'after' ? 'at or after' : 'before'} ${new Date(query.atMs).toISOString()}`;
    case 'last':
      return `arrived in the last ${String(query.ms / 1000)} s`;
    case 'trait':
      return anyOf(query.traits);
    case 'json':
      return query.tests.length === 0
        ? `a JSON body has ${query.path.text}`
        : `${query.path.text} of a JSON body ${anyOf(query.tests.map(ofJson))}`;
    case 'body':
      return `a body ${anyOf(query.contents.map(ofBody))}`;
  }
}
