import { RequestError } from '../errors/hub-error.ts';
import { Method } from '../protocol/message.ts';
import { parsePattern, type PatternSegment } from './pattern.ts';

/** Every method of the wire, in the order of its numbers. */
export const ALL_METHODS: readonly Method[] = Object.freeze(Object.values(Method));

interface Entry<T> {
  readonly pattern: string;
  readonly segments: readonly PatternSegment[];
  readonly value: T;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  param: Node<T> | undefined;
  rest: Node<T> | undefined;
  /** By method; empty where no pattern ends. */
  readonly entries: (Entry<T> | undefined)[];
}

/** Values of `:param`s and `*rest` by name. */
export type RouteParams = Readonly<Record<string, string>>;

const createNode = <T>(): Node<T> => ({ literals: new Map(), param: undefined, rest: undefined, entries: [] });

function childFor<T>(node: Node<T>, segment: PatternSegment): Node<T> {
  if (segment.kind === 'param') return (node.param ??= createNode());
  if (segment.kind === 'rest') return (node.rest ??= createNode());
  let child = node.literals.get(segment.text);
  if (child === undefined) node.literals.set(segment.text, (child = createNode()));
  return child;
}

function paramsOf(pattern: readonly PatternSegment[], segments: readonly string[]): RouteParams {
  // Without a prototype, so that a parameter named `constructor` is one like any other.
  const params = Object.create(null) as Record<string, string>;
  pattern.forEach((part, index) => {
    if (part.kind === 'param') params[part.name] = segments[index] ?? '';
    else if (part.kind === 'rest') params[part.name] = segments.slice(index).join('/');
  });
  return params;
}

/** What a path matches, for every method at once: computed once a path, so that it can be cached. */
export class PathMatch<T> {
  readonly #byMethod: readonly (Entry<T> | undefined)[];
  readonly #segments: readonly string[];

  constructor(byMethod: readonly (Entry<T> | undefined)[], segments: readonly string[]) {
    this.#byMethod = byMethod;
    this.#segments = segments;
  }

  /** The route that answers `method`; undefined when the path has none for it. */
  route(method: Method): T | undefined {
    return this.#byMethod[method]?.value;
  }

  /** Decoded parameters of the route that answers `method`. */
  params(method: Method): RouteParams {
    const entry = this.#byMethod[method];
    return entry === undefined ? {} : paramsOf(entry.segments, this.#segments);
  }

  /** The methods that this path answers to, in the order of their numbers. */
  get allowed(): readonly Method[] {
    return ALL_METHODS.filter((method) => this.#byMethod[method] !== undefined);
  }
}

/**
 * Routes of one service by pattern. Segment by segment a literal beats a parameter and a parameter beats `*rest`; of the
 * patterns that match a path, the first in that order that has the method answers. HEAD is answered by GET where nothing
 * better matches. A parameter matches no empty segment, `*rest` matches the empty rest too.
 *
 * @example
 * const routes = new RouteTable<string>();
 * routes.add('/users/:id', [Method.Get], 'one user');
 * routes.find(splitPath('/users/7'))?.params(Method.Get); // { id: '7' }
 */
export class RouteTable<T> {
  readonly #root: Node<T> = createNode();

  /**
   * @param methods empty = all
   * @throws {RequestError} BAD_REQUEST_ERR when the pattern is no pattern, or matches the same paths as an earlier one
   *   with one of these methods
   */
  add(pattern: string, methods: readonly Method[], value: T): void {
    const segments = parsePattern(pattern);
    let node = this.#root;
    for (const segment of segments) node = childFor(node, segment);
    const wanted = methods.length === 0 ? ALL_METHODS : methods;
    const taken = wanted.map((method) => node.entries[method]).find((entry) => entry !== undefined);
    if (taken !== undefined) {
      throw new RequestError(
        'BAD_REQUEST_ERR',
        `Cannot add route "${pattern}": "${taken.pattern}" matches the same paths and methods`,
      );
    }
    const entry: Entry<T> = { pattern, segments, value };
    for (const method of wanted) node.entries[method] = entry;
  }

  /**
   * @param segments decoded, relative to the service: none and one empty one are the same path
   * @returns undefined when no pattern matches
   */
  find(segments: readonly string[]): PathMatch<T> | undefined {
    const path = segments.length === 0 ? [''] : segments;
    const ends: Node<T>[] = [];
    collect(this.#root, { path, at: 0 }, ends);
    if (ends.length === 0) return undefined;
    const byMethod = ALL_METHODS.map((method) => {
      for (const end of ends) {
        const entry = end.entries[method] ?? (method === Method.Head ? end.entries[Method.Get] : undefined);
        if (entry !== undefined) return entry;
      }
      return undefined;
    });
    return new PathMatch(byMethod, path);
  }
}

/** The segments of a path from one on. */
interface Rest {
  readonly path: readonly string[];
  readonly at: number;
}

/**
 * Puts the nodes where patterns that match end into `ends`, best first. A node is reached by one way only, so the work is
 * bounded by the number of nodes.
 */
function collect<T>(node: Node<T>, rest: Rest, ends: Node<T>[]): void {
  const { path, at } = rest;
  const segment = path[at];
  const next = { path, at: at + 1 };
  if (segment === undefined) {
    if (node.entries.length > 0) ends.push(node);
  } else {
    const literal = node.literals.get(segment);
    if (literal !== undefined) collect(literal, next, ends);
    if (segment !== '' && node.param !== undefined) collect(node.param, next, ends);
  }
  if (node.rest !== undefined) ends.push(node.rest);
}
