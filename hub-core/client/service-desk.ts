import type { Clock } from '../common/base/clock.ts';
import { RequestError } from '../common/errors/hub-error.ts';
import type { Message } from '../common/protocol/message.ts';
import { splitUri } from '../common/route/path.ts';
import { ClientClosedError, ConnectionLostError } from './errors.ts';
import type { Link } from './link.ts';
import { OfferedService } from './offered-service.ts';
import { failureResponse } from './provider-reply.ts';
import type { ProvideOptions, Provision } from './provision.ts';
import type { Requester } from './requester.ts';

export interface ServiceDeskDeps {
  readonly clock: Clock;
  readonly requester: Requester;
  /** Those that are open now. */
  readonly links: () => readonly Link[];
}

/** The services that this client provides: brings each request to its service. */
export class ServiceDesk {
  readonly #services = new Map<string, OfferedService>();
  readonly #deps: ServiceDeskDeps;

  constructor(deps: ServiceDeskDeps) {
    this.#deps = deps;
  }

  async provide(options: ProvideOptions): Promise<Provision> {
    const { id } = options;
    if (this.#services.has(id)) throw new TypeError(`Cannot provide "${id}": this client provides it already`);
    const { clock, requester } = this.#deps;
    const offered = new OfferedService(options, { clock, requester, onDidEnd: () => this.#services.delete(id) });
    this.#services.set(id, offered);
    for (const link of this.#deps.links()) offered.linkOpened(link);
    try {
      await offered.ready;
    } catch (error) {
      await offered.drain();
      throw error;
    }
    return offered;
  }

  serve(message: Message, link: Link): void {
    const { path } = splitUri(message.uri ?? '');
    const [, service = ''] = path.split('/', 2);
    const offered = this.#services.get(service);
    if (offered !== undefined) {
      offered.serve(message, link);
      return;
    }
    const error = new RequestError(
      'NOT_FOUND_ERR',
      `Cannot answer "${path}": service "${service}" is no longer provided here`,
    );
    link.send(failureResponse(message.id, error, path));
  }

  cancel(message: Message, link: Link): void {
    link.calls.get(message.id)?.cancel(new DOMException('The caller no longer waits for the answer', 'AbortError'));
  }

  /** A piece of a request's body. */
  data(message: Message, link: Link): void {
    link.calls.get(message.id)?.incoming?.accept(message);
  }

  /** More of an answer's body is wanted. */
  credit(message: Message, link: Link): void {
    link.calls.get(message.id)?.outgoing?.grant(message.credit);
  }

  linkOpened(link: Link): void {
    for (const service of this.#services.values()) service.linkOpened(link);
  }

  linkClosed(link: Link): void {
    for (const call of [...link.calls.values()]) {
      call.cancel(new ConnectionLostError('Cannot deliver the answer: the connection is lost'));
    }
    for (const service of this.#services.values()) service.linkClosed(link);
  }

  clientFailed(error: Error): void {
    for (const service of this.#services.values()) service.clientFailed(error);
  }

  /** Withdraws all. Those still waiting for their registration are told. */
  async drainAll(): Promise<void> {
    this.clientFailed(new ClientClosedError('Cannot provide a service: the client is closed'));
    await Promise.all([...this.#services.values()].map((service) => service.drain()));
  }
}
