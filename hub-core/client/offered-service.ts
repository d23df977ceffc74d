import type { Clock } from '../common/base/clock.ts';
import { Emitter, type Event } from '../common/base/emitter.ts';
import { RemoteError } from '../common/errors/hub-error.ts';
import { Encoding, Method, type Message } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { ClientError, DeadlineError, WithdrawnError } from './errors.ts';
import type { Link } from './link.ts';
import type { ProvideOptions, Provision } from './provision.ts';
import type { Requester } from './requester.ts';
import { ServiceHandlers } from './service-handlers.ts';

const REGISTER_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 1_000;
const DRAIN_TIMEOUT_MS = 10_000;

export interface OfferedServiceDeps {
  readonly clock: Clock;
  readonly requester: Requester;
  /** Called once, when the service is withdrawn. */
  readonly onDidEnd: () => void;
}

type Channel = 'registering' | 'registered';

/** Asked again later, a hub that is busy or draining may say yes; one that says no to the service as such will not. */
function isPassing(error: unknown): boolean {
  if (error instanceof DeadlineError) return true;
  return error instanceof RemoteError && (error.status === 429 || error.status >= 500);
}

/** A service that this client provides: registers it on each connection, answers its requests, withdraws it. */
export class OfferedService implements Provision {
  readonly service: string;
  readonly onDidRegister: Event<number>;
  readonly onDidFail: Event<Error>;
  readonly #handlers: ServiceHandlers;
  readonly #deps: OfferedServiceDeps;
  readonly #registered = new Emitter<number>();
  readonly #failed = new Emitter<Error>();
  readonly #channels = new Map<Link, Channel>();
  readonly #ready = Promise.withResolvers<void>();
  #drained: Promise<void> | undefined;

  /** @throws {TypeError | RequestError} when the options cannot be used */
  constructor(options: ProvideOptions, deps: OfferedServiceDeps) {
    this.#handlers = new ServiceHandlers(options);
    this.#deps = deps;
    this.service = options.id;
    this.onDidRegister = this.#registered.event;
    this.onDidFail = this.#failed.event;
    // A client that closes before anybody waits must not make this an unhandled rejection.
    this.#ready.promise.catch(() => undefined);
  }

  get connections(): number {
    return [...this.#channels.values()].filter((channel) => channel === 'registered').length;
  }

  /** Resolves when it is registered on every open connection. @throws what the hub, or the connection, said instead */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  serve(message: Message, link: Link): void {
    this.#handlers.serve(message, link);
  }

  linkOpened(link: Link): void {
    if (this.#drained !== undefined) return;
    this.#channels.set(link, 'registering');
    this.#register(link).then(
      () => this.#settled(link),
      (error: unknown) => this.#refused(link, error),
    );
  }

  linkClosed(link: Link): void {
    if (this.#channels.delete(link) && this.#drained === undefined) this.#announce(false);
  }

  /** The client will have no further connection. */
  clientFailed(error: Error): void {
    this.#ready.reject(error);
  }

  drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#drained ??= this.#drain(options.timeoutMs ?? DRAIN_TIMEOUT_MS);
    return this.#drained;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  async #register(link: Link): Promise<void> {
    const payload = this.#handlers.registration();
    while (link.isOpen && this.#drained === undefined) {
      try {
        await this.#ask('register', payload, link);
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      const waited = Promise.withResolvers<void>();
      this.#deps.clock.after(RETRY_AFTER_MS, waited.resolve);
      await waited.promise;
    }
  }

  #settled(link: Link): void {
    if (!this.#channels.has(link)) return;
    this.#channels.set(link, 'registered');
    this.#announce(true);
  }

  #refused(link: Link, error: unknown): void {
    // Registered or not: the connection is gone, and the next one registers for itself.
    if (!this.#channels.delete(link)) return;
    const reason = error instanceof Error ? error : new Error(String(error));
    this.#ready.reject(reason);
    this.#failed.emit(reason);
  }

  /** @param isNews whether a registration came in; a connection that went may be the last that was waited for, no more */
  #announce(isNews: boolean): void {
    const { connections } = this;
    if (connections === 0 || connections < this.#channels.size) return;
    this.#ready.resolve();
    if (isNews) this.#registered.emit(connections);
  }

  async #drain(timeoutMs: number): Promise<void> {
    const payload = jsonPayload({ id: this.service });
    const links = [...this.#channels.keys()];
    await this.#tellAll('drain', payload, links);
    await this.#whenIdle(timeoutMs);
    await this.#tellAll('unregister', payload, links);
    this.#channels.clear();
    this.#ready.reject(new WithdrawnError(this.service));
    this.#registered[Symbol.dispose]();
    this.#failed[Symbol.dispose]();
    this.#deps.onDidEnd();
  }

  /** A connection that is lost meanwhile, or a hub that no longer knows the service, needs no telling. */
  async #tellAll(action: 'drain' | 'unregister', payload: Uint8Array, links: readonly Link[]): Promise<void> {
    const told = await Promise.allSettled(
      links.filter((link) => link.isOpen).map((link) => this.#ask(action, payload, link)),
    );
    const reasons = told.filter((one) => one.status === 'rejected').map((one): unknown => one.reason);
    const cause = reasons.find((reason) => !(reason instanceof ClientError || reason instanceof RemoteError));
    if (cause !== undefined) throw new Error(`Cannot ${action} service "${this.service}"`, { cause });
  }

  async #ask(action: 'register' | 'drain' | 'unregister', payload: Uint8Array, link: Link): Promise<void> {
    const reply = await this.#deps.requester.send(
      { method: Method.Post, uri: `/services/${action}`, encoding: Encoding.Json, payload },
      { timeoutMs: REGISTER_TIMEOUT_MS, resendable: false, pinnedTo: link },
    );
    reply.orThrow();
  }

  async #whenIdle(timeoutMs: number): Promise<void> {
    if (this.#handlers.active === 0) return;
    const idle = Promise.withResolvers<void>();
    using _listening = this.#handlers.onDidBecomeIdle.subscribe(() => idle.resolve());
    using _limit = this.#deps.clock.after(timeoutMs, () => idle.resolve());
    await idle.promise;
  }
}
