import { Emitter, type Event } from '../common/base/emitter.ts';
import { isServiceId } from '../common/base/ids.ts';
import { HubError, RequestError } from '../common/errors/hub-error.ts';
import type { Message } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { methodWord } from '../common/protocol/words.ts';
import { splitPath } from '../common/route/path.ts';
import { RouteTable, type RouteParams } from '../common/route/route-table.ts';
import { ActiveCall } from './active-call.ts';
import type { Link } from './link.ts';
import { methodOf } from './method-word.ts';
import { answerOf, MethodNotAllowedError, type ReplyInit } from './provider-reply.ts';
import { ProviderRequest } from './provider-request.ts';
import type { ProvidedRoute, ProvideOptions } from './provision.ts';
import { ServedCall } from './served-call.ts';

/** What a handler is given besides the message. */
interface HandlerInput {
  readonly params: RouteParams;
  /** Undefined while the body comes in pieces. */
  readonly payload: Uint8Array | undefined;
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The handlers of one service, and the requests at work in them. */
export class ServiceHandlers {
  readonly id: string;
  readonly #options: ProvideOptions;
  readonly #routes = new RouteTable<ProvidedRoute>();
  readonly #idle = new Emitter<void>();
  #active = 0;

  /** @throws {TypeError | RequestError} when the id or a route cannot be used */
  constructor(options: ProvideOptions) {
    if (!isServiceId(options.id)) {
      throw new TypeError(
        `Cannot provide "${options.id}": a service id is 1 to 64 lower-case letters, digits, dots, dashes or underscores`,
      );
    }
    if (options.routes.length === 0) throw new TypeError(`Cannot provide "${options.id}": it has no routes`);
    this.id = options.id;
    this.#options = options;
    for (const route of options.routes) {
      this.#routes.add(route.pattern, (route.methods ?? []).map(methodOf), route);
    }
  }

  /** Requests that handlers work on. */
  get active(): number {
    return this.#active;
  }

  get onDidBecomeIdle(): Event<void> {
    return this.#idle.event;
  }

  /** The body of `POST /services/register`. */
  registration(): Uint8Array {
    const { id, description, version, access, policy, stickyHeader, maxInFlight, weight, metadata } = this.#options;
    const routes = this.#options.routes.map(({ methods, timeoutMs, requestSchema, responseSchema, ...route }) => {
      const { pattern, summary, idempotent, stream } = route;
      return {
        pattern,
        methods: methods?.length === 0 ? undefined : methods,
        summary,
        request_schema: requestSchema,
        response_schema: responseSchema,
        idempotent,
        timeout_ms: timeoutMs,
        stream,
      };
    });
    const optional = { description, version, access, policy, sticky_header: stickyHeader, max_in_flight: maxInFlight };
    return jsonPayload({ id, routes, ...optional, weight, metadata });
  }

  /** Answers `message` over the link that it came from, once, unless it is one-way or cancelled meanwhile. */
  serve(message: Message, link: Link): void {
    const { id } = message;
    const call = new ActiveCall(() => this.#ended(link, id));
    link.calls.set(id, call);
    this.#active += 1;
    const served = new ServedCall(message, call, link);
    try {
      const [route, params] = this.#match(message, served.path);
      if (served.isStreamed && route.stream !== true) {
        served.collect().then(
          (payload) => this.#run(served, route, { params, payload }),
          (error: unknown) => served.fail(error),
        );
        return;
      }
      this.#run(served, route, { params, payload: served.isStreamed ? undefined : message.payload });
    } catch (error) {
      served.fail(error);
    }
  }

  #run(served: ServedCall, route: ProvidedRoute, { params, payload }: HandlerInput): void {
    const { message, call, maxBodyBytes } = served;
    const request = new ProviderRequest({ message, params, call, payload, maxBodyBytes });
    const told = (error: unknown): void => {
      if (!(error instanceof HubError)) this.#options.onHandlerError?.(error, request);
    };
    const failed = (error: unknown): void => {
      // A RequestError is an answer; what a cancelled handler throws is nothing but the end of its work.
      const isMishap = !call.ended;
      served.fail(error);
      if (isMishap) told(error);
    };
    const answer = (reply: ReplyInit | undefined | void): void => {
      served.answer(answerOf(message.id, reply ?? undefined), told);
    };
    try {
      const result = route.handler(request);
      // The catch comes last, so that an answer which cannot be written is told to the caller as well.
      if (isPromise(result)) result.then(answer).catch(failed);
      else answer(result);
    } catch (error) {
      failed(error);
    }
  }

  #match(message: Message, path: string): readonly [ProvidedRoute, RouteParams] {
    const match = this.#routes.find(splitPath(path).slice(1));
    if (match === undefined) {
      throw new RequestError('NOT_FOUND_ERR', `Cannot answer "${path}": service "${this.id}" has no such route`);
    }
    const route = match.route(message.method);
    if (route !== undefined) return [route, match.params(message.method)];
    const method = methodWord(message.method);
    const allow = match.allowed.map((each) => methodWord(each)).join(', ');
    throw new MethodNotAllowedError(`Cannot answer ${method} "${path}": the route has only ${allow}`, allow);
  }

  #ended(link: Link, id: number): void {
    link.calls.delete(id);
    this.#active -= 1;
    if (this.#active === 0) this.#idle.emit();
  }
}
