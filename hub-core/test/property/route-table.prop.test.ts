import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Method } from '../../common/protocol/message.ts';
import { parsePattern, shapeOf, type PatternSegment } from '../../common/route/pattern.ts';
import { ALL_METHODS, RouteTable } from '../../common/route/route-table.ts';

interface Route {
  readonly pattern: string;
  readonly segments: readonly PatternSegment[];
  readonly methods: readonly Method[];
}

/** The rule of the documentation, word by word and slow: does the pattern match, and how good is it segment by segment? */
function rank(route: Route, path: readonly string[]): readonly number[] | undefined {
  const ranks: number[] = [];
  for (const [index, part] of route.segments.entries()) {
    if (part.kind === 'rest') return [...ranks, 2];
    const segment = path[index];
    if (segment === undefined) return undefined;
    if (part.kind === 'literal' && part.text !== segment) return undefined;
    if (part.kind === 'param' && segment === '') return undefined;
    ranks.push(part.kind === 'literal' ? 0 : 1);
  }
  return route.segments.length === path.length ? ranks : undefined;
}

/** Smaller is better; a pattern that ends where the other goes on with `*rest` is better. */
function compare(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (one[index] ?? -1) - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function reference(routes: readonly Route[], path: readonly string[], method: Method): string | undefined {
  const matching = routes
    .map((route) => ({ route, ranks: rank(route, path) }))
    .filter((each): each is { route: Route; ranks: readonly number[] } => each.ranks !== undefined)
    .toSorted((one, other) => compare(one.ranks, other.ranks));
  const ranksInOrder = [...new Set(matching.map(({ ranks }) => ranks.join()))];
  for (const ranks of ranksInOrder) {
    const same = matching.filter((each) => each.ranks.join() === ranks).map(({ route }) => route);
    const direct = same.find((route) => route.methods.includes(method));
    const fallback = method === Method.Head ? same.find((route) => route.methods.includes(Method.Get)) : undefined;
    const found = direct ?? fallback;
    if (found !== undefined) return found.pattern;
  }
  return undefined;
}

const segment = fc.constantFrom('a', 'b', 'c', '');
const part = fc.oneof(segment, fc.constantFrom(':p', ':q'));
const pattern = fc
  .tuple(fc.array(part, { maxLength: 4 }), fc.boolean())
  .filter(([parts, rest]) => parts.length > 0 || rest)
  .map(
    ([parts, rest]) =>
      `/${[...parts.map((each, index) => (each.startsWith(':') ? `${each}${String(index)}` : each)), ...(rest ? ['*rest'] : [])].join('/')}`,
  );
const methods = fc.uniqueArray(fc.constantFrom(...ALL_METHODS), { minLength: 1 });

describe('RouteTable', () => {
  it('[RT2] finds what a plain reading of the rules finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(pattern, methods), { maxLength: 12 }),
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...ALL_METHODS),
        (candidates, path, method) => {
          const table = new RouteTable<string>();
          const routes: Route[] = [];
          const taken = new Set<string>();
          for (const [text, wanted] of candidates) {
            const segments = parsePattern(text);
            const keys = wanted.map((each) => `${shapeOf(segments)} ${String(each)}`);
            if (keys.some((key) => taken.has(key))) continue;
            for (const key of keys) taken.add(key);
            routes.push({ pattern: text, segments, methods: wanted });
            table.add(text, wanted, text);
          }
          expect(table.find(path)?.route(method)).toBe(reference(routes, path, method));
        },
      ),
      { numRuns: 500 },
    );
  });
});
