import { RequestError } from '../errors/hub-error.ts';

export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'rest'; readonly name: string };

const MAX_PATTERN_LENGTH = 1_024;
/** Looking a path up goes through a pattern segment by segment, for as many patterns as it could still match. */
const MAX_SEGMENTS = 64;
const MAX_SHOWN = 60;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what this refuses
const REFUSED_IN_LITERAL = /[\u0000-\u001F\u007F\\?#*]/;

function refused(pattern: string, reason: string): RequestError {
  const shown = pattern.length > MAX_SHOWN ? `${pattern.slice(0, MAX_SHOWN)}…` : pattern;
  return new RequestError('BAD_REQUEST_ERR', `Cannot use route pattern "${shown}": ${reason}`);
}

function parseSegment(pattern: string, text: string, isLast: boolean): PatternSegment {
  if (text.startsWith(':') || text.startsWith('*')) {
    const name = text.slice(1);
    if (!NAME.test(name))
      throw refused(pattern, `"${text}" needs a name of letters, digits and "_" after "${text.slice(0, 1)}"`);
    if (text.startsWith(':')) return { kind: 'param', name };
    if (!isLast) throw refused(pattern, `"${text}" must be its last segment`);
    return { kind: 'rest', name };
  }
  if (text === '.' || text === '..') throw refused(pattern, `segment "${text}" can never match`);
  if (REFUSED_IN_LITERAL.test(text))
    throw refused(pattern, `segment "${text}" holds "\\", "?", "#", "*" or a control character`);
  return { kind: 'literal', text };
}

/**
 * Reads a route pattern: literal segments, `:param`, and a last `*rest`. Literals are compared with decoded segments, so
 * they are written plainly, not percent-encoded.
 *
 * @param pattern starts with `/`, relative to the service's path; at most 1,024 characters and 64 segments
 * @throws {RequestError} BAD_REQUEST_ERR saying what is wrong with it
 */
export function parsePattern(pattern: string): readonly PatternSegment[] {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw refused(pattern, `it is ${String(pattern.length)} characters long, at most ${String(MAX_PATTERN_LENGTH)}`);
  }
  if (!pattern.startsWith('/')) throw refused(pattern, 'it does not start with "/"');
  const texts = pattern.slice(1).split('/');
  if (texts.length > MAX_SEGMENTS) {
    throw refused(pattern, `it has ${String(texts.length)} segments, at most ${String(MAX_SEGMENTS)}`);
  }
  const segments = texts.map((text, index) => parseSegment(pattern, text, index === texts.length - 1));
  const names = new Set<string>();
  for (const segment of segments) {
    if (segment.kind === 'literal') continue;
    if (names.has(segment.name)) throw refused(pattern, `the name "${segment.name}" stands in it twice`);
    names.add(segment.name);
  }
  return segments;
}

/** The pattern without its parameters' names: two patterns with the same shape match the same paths. */
export function shapeOf(segments: readonly PatternSegment[]): string {
  return segments
    .map((segment) => (segment.kind === 'literal' ? `/${segment.text}` : segment.kind === 'param' ? '/:' : '/*'))
    .join('');
}
