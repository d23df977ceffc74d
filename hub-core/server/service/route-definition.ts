import { isDeepStrictEqual } from 'node:util';
import { parsePattern, shapeOf } from '../../common/route/pattern.ts';
import type { Method } from '../../common/protocol/message.ts';
import { methodWord } from '../../common/protocol/words.ts';

/** A JSON Schema document. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** One route of a registered service. */
export interface RouteDefinition {
  readonly pattern: string;
  /** In the order of their numbers; empty = all. */
  readonly methods: readonly Method[];
  readonly summary: string;
  readonly requestSchema: JsonSchema | undefined;
  readonly responseSchema: JsonSchema | undefined;
  /** Its requests may be sent twice, whatever their method. */
  readonly idempotent: boolean;
  /** Budget of a request that names none; undefined = the hub's default. */
  readonly timeoutMs: number | undefined;
  readonly stream: boolean;
}

/** `GET,POST /a/:b`, for texts. */
export function describeRoute(route: RouteDefinition): string {
  return route.methods.length === 0
    ? route.pattern
    : `${route.methods.map((method) => methodWord(method)).join(',')} ${route.pattern}`;
}

const COMPARED = [
  ['request_schema', (route: RouteDefinition) => route.requestSchema],
  ['response_schema', (route: RouteDefinition) => route.responseSchema],
  ['idempotent', (route: RouteDefinition) => route.idempotent],
  ['timeout_ms', (route: RouteDefinition) => route.timeoutMs],
  ['stream', (route: RouteDefinition) => route.stream],
] as const;

const keyOf = (route: RouteDefinition): string => `${shapeOf(parsePattern(route.pattern))} ${route.methods.join(',')}`;

/**
 * Compares what two sets of routes do; order, parameters' names and summaries do not count.
 *
 * @returns the first difference in words; undefined when they do the same
 */
export function firstDifference(
  known: readonly RouteDefinition[],
  offered: readonly RouteDefinition[],
): string | undefined {
  const offeredByKey = new Map(offered.map((route) => [keyOf(route), route]));
  for (const route of known) {
    const other = offeredByKey.get(keyOf(route));
    if (other === undefined) return `route "${describeRoute(route)}" is missing`;
    const field = COMPARED.find(([, read]) => !isDeepStrictEqual(read(route), read(other)));
    if (field !== undefined) return `"${field[0]}" of route "${describeRoute(route)}" differs`;
    offeredByKey.delete(keyOf(route));
  }
  const [extra] = offeredByKey.values();
  return extra === undefined ? undefined : `route "${describeRoute(extra)}" is new`;
}
