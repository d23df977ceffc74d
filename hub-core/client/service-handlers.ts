import { Emitter, type Event } from '../common/base/emitter.ts';
import { isServiceId } from '../common/base/ids.ts';
import { HubError, RequestError } from '../common/errors/hub-error.ts';
import { Flag, Method, type Message, type MessageInit } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { methodWord } from '../common/protocol/words.ts';
import { splitPath, splitUri } from '../common/route/path.ts';
import { RouteTable, type RouteParams } from '../common/route/route-table.ts';
import { ActiveCall } from './active-call.ts';
import { MessageTooLargeError, type Link } from './link.ts';
import { methodOf } from './method-word.ts';
import { failureResponse, MethodNotAllowedError, responseOf, withoutBody } from './provider-reply.ts';
import { ProviderRequest } from './provider-request.ts';
import type { ProvideOptions, RequestHandler } from './provision.ts';

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The handlers of one service, and the requests at work in them. */
export class ServiceHandlers {
  readonly id: string;
  readonly #options: ProvideOptions;
  readonly #routes = new RouteTable<RequestHandler>();
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
      this.#routes.add(route.pattern, (route.methods ?? []).map(methodOf), route.handler);
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
    const routes = this.#options.routes.map(({ pattern, methods, summary, idempotent, timeoutMs }) => {
      return {
        pattern,
        methods: methods?.length === 0 ? undefined : methods,
        summary,
        idempotent,
        timeout_ms: timeoutMs,
      };
    });
    const optional = { description, version, access, policy, sticky_header: stickyHeader, max_in_flight: maxInFlight };
    return jsonPayload({ id, routes, ...optional, weight, metadata });
  }

  /** Answers `message` over the link that it came from, once, unless it is one-way or cancelled meanwhile. */
  serve(message: Message, link: Link): void {
    const { id } = message;
    const call = new ActiveCall(() => this.#ended(link, id));
    const { path } = splitUri(message.uri ?? '');
    link.calls.set(id, call);
    this.#active += 1;
    const isBare = message.method === Method.Head;
    const finish = (response: MessageInit): void => {
      if (!call.end() || (message.flags & Flag.OneWay) !== 0) return;
      reply(link, isBare ? withoutBody(response) : response, path);
    };
    const failed = (error: unknown, request?: ProviderRequest): void => {
      // A RequestError is an answer; what a cancelled handler throws is nothing but the end of its work.
      const isMishap = request !== undefined && !call.ended && !(error instanceof HubError);
      finish(failureResponse(id, error, path));
      if (isMishap) this.#options.onHandlerError?.(error, request);
    };
    let request: ProviderRequest | undefined;
    try {
      const [handler, params] = this.#match(message, path);
      request = new ProviderRequest(message, params, call);
      const result = handler(request);
      if (!isPromise(result)) {
        finish(responseOf(id, result ?? undefined));
        return;
      }
      const asked = request;
      // The catch comes last, so that an answer which cannot be written is told to the caller as well.
      result
        .then((answer) => finish(responseOf(id, answer ?? undefined)))
        .catch((error: unknown) => failed(error, asked));
    } catch (error) {
      failed(error, request);
    }
  }

  #match(message: Message, path: string): readonly [RequestHandler, RouteParams] {
    const match = this.#routes.find(splitPath(path).slice(1));
    if (match === undefined) {
      throw new RequestError('NOT_FOUND_ERR', `Cannot answer "${path}": service "${this.id}" has no such route`);
    }
    const handler = match.route(message.method);
    if (handler !== undefined) return [handler, match.params(message.method)];
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

/** Sends a Response; one that the hub would not take is replaced by the problem that says so. */
function reply(link: Link, response: MessageInit, path: string): void {
  if (!link.isOpen) return;
  try {
    link.send(response);
  } catch (error) {
    const told = error instanceof MessageTooLargeError ? new RequestError('TOO_LARGE_ERR', error.message) : error;
    link.send(failureResponse(response.id ?? 0, told, path));
  }
}
