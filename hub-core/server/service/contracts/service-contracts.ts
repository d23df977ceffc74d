import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import { Encoding, Flag, Method, type Message } from '../../../common/protocol/message.ts';
import { parseJsonPayload } from '../../../common/protocol/payload.ts';
import { encodingWord, methodWord } from '../../../common/protocol/words.ts';
import { splitUri } from '../../../common/route/path.ts';
import type { RelayedExchange, TargetChannel, TargetService } from '../relayed-exchange.ts';
import { describeRoute, type RouteDefinition } from '../route-definition.ts';
import type { ServiceDefinition } from '../service.ts';
import { SchemaCompiler, type CompiledSchema, type Violation } from './schema-compiler.ts';
import { SchemaError } from './schema-error.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';

/** A provider gave an answer that breaks its own route's schema. Its caller got it all the same. */
export interface ContractWarning {
  readonly channel: TargetChannel;
  /** For people. */
  readonly reason: string;
}

export interface ServiceContractsDeps {
  readonly clock: Clock;
  /** Largest body that is checked; 0 = no limit. */
  readonly maxCheckedBytes: number;
  readonly reportListenerError: (error: unknown) => void;
}

interface RouteContract {
  readonly request: CompiledSchema | undefined;
  readonly response: CompiledSchema | undefined;
}

/** Requests that have no body need none: what a schema describes is what they may bring. */
const BODILESS: ReadonlySet<Method> = new Set([Method.Get, Method.Head, Method.Delete, Method.Options]);

/** Schemas whose code is made at registration, in subschemas: the rest is made when first used. */
const PREPARED_SUBSCHEMAS = 200;

/** One channel is told of in the event log once in this time. */
const WARNING_EVERY_MS = 60_000;

/** A service may say that its schemas are for reading only. */
export const describesOnly = ({ metadata }: ServiceDefinition): boolean => metadata['schemas'] === 'describe';

const textOf = ({ pointer, reason }: Violation): string =>
  pointer === '' ? `the body ${reason}` : `"${pointer}" ${reason}`;

function checkSetting({ id, metadata }: ServiceDefinition): void {
  const setting = metadata['schemas'];
  if (setting === undefined || setting === 'enforce' || setting === 'describe') return;
  const shown = (JSON.stringify(setting) ?? 'absent').slice(0, 80);
  throw new RequestError(
    'BAD_REQUEST_ERR',
    `Cannot take service "${id}": "metadata.schemas" is ${shown}: must be "enforce" (the default) or "describe"`,
  );
}

/**
 * Holds what passes to the schemas that services were registered with: a request that breaks its route's is refused, an
 * answer that does is counted against its provider.
 */
export class ServiceContracts implements Disposable {
  readonly #deps: ServiceContractsDeps;
  readonly #compiler = new SchemaCompiler();
  readonly #routes = new WeakMap<RouteDefinition, RouteContract>();
  readonly #warnedMs = new WeakMap<TargetChannel, number>();
  readonly #warned: Emitter<ContractWarning>;

  constructor(deps: ServiceContractsDeps) {
    this.#deps = deps;
    this.#warned = new Emitter({ onListenerError: deps.reportListenerError });
  }

  /** At most once a minute for each channel. */
  get onDidWarn(): Event<ContractWarning> {
    return this.#warned.event;
  }

  /**
   * To be called before a service gets these routes.
   *
   * @throws {RequestError} BAD_REQUEST_ERR naming the route, the schema and the place in it that cannot be enforced;
   *   TOO_LARGE_ERR when the schemas are too much together
   */
  prepare(definition: ServiceDefinition): void {
    checkSetting(definition);
    const { routes, id } = definition;
    const schemas = routes.flatMap(({ requestSchema, responseSchema }) => [requestSchema, responseSchema]);
    const bytes = schemas.reduce<number>(
      (sum, each) => sum + (each === undefined ? 0 : JSON.stringify(each).length),
      0,
    );
    if (bytes > SCHEMA_LIMITS.bytesPerService) {
      throw new RequestError(
        'TOO_LARGE_ERR',
        `Cannot take service "${id}": its schemas are ${String(bytes)} characters as text, and ${String(SCHEMA_LIMITS.bytesPerService)} is the most`,
      );
    }
    if (describesOnly(definition)) return;
    let left = PREPARED_SUBSCHEMAS;
    for (const route of routes) {
      const { request, response } = this.#contractOf(route);
      for (const [field, schema] of [
        ['request_schema', request],
        ['response_schema', response],
      ] as const) {
        if (schema === undefined || schema.subschemas > left) continue;
        left -= schema.subschemas;
        this.#named(route, field, () => schema.prepare());
      }
    }
  }

  /**
   * The check before a request is given to a provider.
   *
   * @throws {RequestError} BAD_REQUEST_ERR with the failing place; TOO_LARGE_ERR for a body too large to be checked
   */
  checkRequest(service: TargetService, route: RouteDefinition, message: Message): void {
    if (route.requestSchema === undefined || describesOnly(service.definition)) return;
    if ((message.flags & Flag.Stream) !== 0 && route.stream) return;
    if (message.payload.length === 0 && (message.flags & Flag.Stream) === 0 && BODILESS.has(message.method)) return;
    try {
      this.#check(route, message);
    } catch (error) {
      service.schemaRefusals += 1;
      throw error;
    }
  }

  /** The check of an answer that is about to be passed on. Never throws. */
  checkResponse(exchange: RelayedExchange, response: Message): void {
    const { route, target, channel } = exchange;
    if (route?.responseSchema === undefined || target === undefined || channel === undefined) return;
    if (describesOnly(target.definition) || !this.#isChecked(exchange, response)) return;
    const reason = this.#fault(route, response);
    if (reason === undefined) return;
    channel.warnings += 1;
    target.schemaWarnings += 1;
    const nowMs = this.#deps.clock.nowMs();
    const lastMs = this.#warnedMs.get(channel);
    if (lastMs !== undefined && nowMs - lastMs < WARNING_EVERY_MS) return;
    this.#warnedMs.set(channel, nowMs);
    this.#warned.emit({ channel, reason: `${describeRoute(route)}: ${reason}` });
  }

  [Symbol.dispose](): void {
    this.#warned[Symbol.dispose]();
  }

  /** What an error answer or an empty one is, the schema does not say. */
  #isChecked({ message }: RelayedExchange, { status, flags, payload }: Message): boolean {
    const { maxCheckedBytes } = this.#deps;
    if (status < 200 || status > 299 || status === 204 || message.method === Method.Head) return false;
    return (flags & Flag.Stream) === 0 && (maxCheckedBytes === 0 || payload.length <= maxCheckedBytes);
  }

  #fault(route: RouteDefinition, { encoding, payload }: Message): string | undefined {
    if (encoding !== Encoding.Json) return `the answer is ${encodingWord(encoding)}, not JSON`;
    try {
      const violation = this.#contractOf(route).response?.check(parseJsonPayload(payload));
      return violation === undefined ? undefined : textOf(violation);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #check(route: RouteDefinition, message: Message): void {
    const { payload, encoding, flags, method } = message;
    const action = `Cannot ${methodWord(method)} "${splitUri(message.uri ?? '').path}"`;
    if ((flags & Flag.Stream) !== 0) {
      throw new RequestError('BAD_REQUEST_ERR', `${action}: its body is checked, so it must come in one piece`);
    }
    if (payload.length === 0 || encoding !== Encoding.Json) {
      const brought = payload.length === 0 ? 'has no body' : `has a body in the encoding "${encodingWord(encoding)}"`;
      throw new RequestError('BAD_REQUEST_ERR', `${action}: the request ${brought}, and the route takes JSON`);
    }
    const { maxCheckedBytes: most } = this.#deps;
    if (most > 0 && payload.length > most) {
      throw new RequestError(
        'TOO_LARGE_ERR',
        `${action}: the body has ${String(payload.length)} bytes, and ${String(most)} is the most that is checked`,
      );
    }
    const value = parseJsonPayload(payload);
    const violation = this.#requestViolation(route, action, value);
    if (violation === undefined) return;
    throw new RequestError('BAD_REQUEST_ERR', `${action}: ${textOf(violation)}`, {
      extra: { path: violation.pointer },
    });
  }

  #requestViolation(route: RouteDefinition, action: string, value: unknown): Violation | undefined {
    try {
      return this.#contractOf(route).request?.check(value);
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      throw new RequestError('PROVIDER_ERR', `${action}: the schema of the route cannot be used: ${error.message}`, {
        cause: error,
      });
    }
  }

  #contractOf(route: RouteDefinition): RouteContract {
    const known = this.#routes.get(route);
    if (known !== undefined) return known;
    const made = {
      request: this.#compiled(route, 'request_schema', route.requestSchema),
      response: this.#compiled(route, 'response_schema', route.responseSchema),
    };
    this.#routes.set(route, made);
    return made;
  }

  #compiled(
    route: RouteDefinition,
    field: string,
    schema: RouteDefinition['requestSchema'],
  ): CompiledSchema | undefined {
    return schema === undefined ? undefined : this.#named(route, field, () => this.#compiler.get(schema));
  }

  /** Says of which schema a {@link SchemaError} is. */
  #named<T>(route: RouteDefinition, field: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      const place = error.pointer === '' ? '' : ` at "${error.pointer.slice(0, 200)}"`;
      throw new RequestError(
        'BAD_REQUEST_ERR',
        `Cannot enforce "${field}" of route "${describeRoute(route)}"${place}: ${error.message}; with "metadata": {"schemas": "describe"} it is not enforced`,
        { cause: error, extra: { path: error.pointer } },
      );
    }
  }
}
