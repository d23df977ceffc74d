import { Emitter, type Event } from '../common/base/emitter.ts';
import { MessageDispatcher } from '../common/dispatch/message-dispatcher.ts';
import { ProtocolError } from '../common/errors/hub-error.ts';
import { Flag, HUB_ID_BIT, Kind, type Message } from '../common/protocol/message.ts';
import { StreamedAnswer } from './answer.ts';
import { encodeBody, type BodyInput } from './body.ts';
import { isByteStream, type ByteStream } from './byte-stream.ts';
import type { CarrierAbilities, Carriers } from './carrier.ts';
import { ClientClosedError, type ClientError } from './errors.ts';
import { toWireHeaders, type HeadersInput } from './header-list.ts';
import type { ClientConnection, Link } from './link.ts';
import { deliver, subscribeMessages, type BroadcastOptions, type SendMessageOptions } from './messages.ts';
import { isIdempotentMethod, methodOf, type MethodWord } from './method-word.ts';
import { Notice } from './notice.ts';
import { resolveOptions, type ClientConfig, type ConnectOptions } from './options.ts';
import type { RequestFields } from './pending-request.ts';
import { Pool } from './pool.ts';
import type { ProvideOptions, Provision } from './provision.ts';
import type { Reply } from './reply.ts';
import { Requester, type SendOptions } from './requester.ts';
import { ServiceDesk } from './service-desk.ts';
import type { ServicesNews } from './services-news.ts';
import { ServicesWatch, type WatchOptions } from './services-watch.ts';
import { openSession, type LoginOptions, type Session } from './session.ts';
import type { ClientState } from './state.ts';
import type { StreamReply } from './stream-reply.ts';
import { webCarriers } from './web-carriers.ts';

export interface RequestInit extends BodyInput {
  /** `/service-id/route?query`. */
  readonly uri: string;
  /** Default `GET`. */
  readonly method?: MethodWord | undefined;
  readonly headers?: HeadersInput | undefined;
  /**
   * How long the answer is waited for, ms; travels with the request. With `stream` it is the time until the answer begins.
   * Default `defaultTimeoutMs`.
   */
  readonly timeoutMs?: number | undefined;
  /** Aborting it cancels the request at its provider as well. */
  readonly signal?: AbortSignal | undefined;
  /** May be sent again when it is unknown whether it was handled. Default: GET, HEAD, OPTIONS, PUT and DELETE. */
  readonly idempotent?: boolean | undefined;
  /** Only this client's channels may answer; 404 when it has none. */
  readonly to?: string | undefined;
  /** Resolve as soon as the answer begins, with a body that is read as it comes. Default false: the whole answer. */
  readonly stream?: boolean | undefined;
}

/**
 * A program's side of a hub: asks services, and offers its own, over one or more connections that are made again when they
 * are lost.
 *
 * @example
 * await using client = await HubClient.connect({ url: 'ws://127.0.0.1:7410', client: 'sensor', key });
 * const reply = await client.request({ uri: '/weather/today' });
 * show(reply.orThrow().json());
 */
export class HubClient implements AsyncDisposable {
  /** Opens links where {@link ConnectOptions.dial} does not. */
  protected static readonly carriers: Carriers = webCarriers;

  /** Own handlers by message kind: the last registered wins over earlier ones and over the SDK's. */
  readonly dispatcher: Pick<MessageDispatcher<ClientConnection>, 'handle'>;
  /** Messages that nobody answers: from `/message/send`, for example. */
  readonly onNotice: Event<Notice>;
  readonly onDidChangeState: Event<ClientState>;
  readonly #config: ClientConfig;
  readonly #pool: Pool;
  readonly #requester: Requester;
  readonly #desk: ServiceDesk;
  readonly #watch: ServicesWatch;
  readonly #notices = new Emitter<Notice>();
  #closed: Promise<void> | undefined;
  #failure: ClientError | undefined;

  /** @internal Use {@link HubClient.connect}. */
  protected constructor(config: ClientConfig) {
    this.#config = config;
    const dispatcher = new MessageDispatcher<Link>();
    this.dispatcher = dispatcher;
    this.onNotice = this.#notices.event;
    this.#requester = new Requester({ clock: config.clock, pick: () => this.#pool.pick() });
    this.#desk = new ServiceDesk({ clock: config.clock, requester: this.#requester, links: () => this.#pool.links });
    this.#watch = new ServicesWatch({
      clock: config.clock,
      requester: this.#requester,
      links: () => this.#pool.links,
    });
    this.#handleMessages(dispatcher);
    this.#pool = new Pool(config, dispatcher, {
      linkOpened: (link) => {
        link.onDidDrain.subscribe(() => this.#requester.flush());
        this.#desk.linkOpened(link);
        this.#watch.linkOpened();
        this.#requester.flush();
      },
      linkClosed: (link, end) => {
        this.#desk.linkClosed(link);
        this.#watch.linkClosed(link);
        this.#requester.linkClosed(link, end);
      },
      failed: (error) => this.#fail(error),
    });
    this.onDidChangeState = this.#pool.onDidChangeState;
  }

  /**
   * Connects, and resolves when every connection is open.
   *
   * @throws {RefusedError} when the hub says 401 or 403
   * @throws {ConnectError} when there is no connection to be had, unless `waitForHub` is set
   * @throws {TypeError | RangeError} when an option cannot be used
   */
  static async connect(options: ConnectOptions): Promise<HubClient> {
    const { signal, onStateChange } = options;
    signal?.throwIfAborted();
    const client = new this(resolveOptions(options, this.carriers));
    if (onStateChange !== undefined) client.onDidChangeState.subscribe(onStateChange);
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([client.#pool.open(), aborted.promise]);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Logs in with a password, over connections of its own to the same hub.
   *
   * @returns a session, whose {@link Session.token} is for {@link ConnectOptions.token}
   * @throws {RemoteError} 401 when the client or the password is wrong
   * @throws {ConnectError} when there is no connection to be had
   */
  static login(options: LoginOptions): Promise<Session> {
    return openSession((connecting) => this.connect(connecting), options);
  }

  get state(): ClientState {
    return this.#pool.state;
  }

  /** What can be done over this client's transport: all of it, unless the url's scheme is of one that may lose a message. */
  get abilities(): CarrierAbilities {
    return this.#config.abilities;
  }

  /** Connections that are open now. */
  get connections(): readonly ClientConnection[] {
    return [...this.#pool.links];
  }

  /**
   * Asks a service and waits for the answer. Requests made while no connection is open wait for one until their deadline;
   * those whose connection is lost are sent again when they are idempotent.
   *
   * @returns the answer, also when its status is 400 or above
   * @throws {ConnectionLostError} when the connection was lost and it is unknown whether the request was handled
   * @throws {DeadlineError} when time ran out; the hub's own 504, which comes first as a rule, is a reply
   * @throws {RefusedError} when the hub no longer wants this client
   * @throws {ClientClosedError} after `close`
   * @throws {MessageTooLargeError} when the hub would not take a message of that size
   * @throws {RequestError} TOO_LARGE_ERR when an answer that comes in pieces is longer than a frame may be
   * @throws {RemoteError} when an answer that comes in pieces is broken off
   * @throws the signal's reason when it aborts, or what a stream given as the body throws
   */
  request(init: RequestInit & { readonly stream: true }): Promise<StreamReply>;
  request(init: RequestInit & { readonly stream?: false | undefined }): Promise<Reply>;
  async request(init: RequestInit): Promise<Reply | StreamReply> {
    this.#assertUsable();
    const method = init.method ?? 'GET';
    const resendable = init.idempotent ?? isIdempotentMethod(method);
    const timeoutMs = this.#timeoutOf(init);
    const [fields, source] = requestFields(init, method, init.idempotent === true ? Flag.Idempotent : 0);
    if (init.stream === true || source !== undefined) this.#assertAble('streams', `stream "${init.uri}"`);
    const options: SendOptions = { timeoutMs, resendable, source, signal: init.signal };
    if (init.stream !== true) return this.#requester.send(fields, options);
    const answer = new StreamedAnswer();
    this.#requester.open(fields, answer, options);
    return answer.reply;
  }

  /**
   * Sends a request that nobody answers: it is gone when it is written to a connection.
   *
   * @throws {ConnectionLostError} when no connection is open: it is not kept for later
   */
  notify(init: Omit<RequestInit, 'signal' | 'idempotent' | 'stream'>): void {
    this.#assertUsable();
    if (isByteStream(init.body)) {
      throw new TypeError(`Cannot notify "${init.uri}" with a stream: nobody would say when to go on; use request()`);
    }
    const [fields] = requestFields(init, init.method ?? 'CALL', Flag.OneWay);
    this.#requester.sendOneWay(fields, this.#timeoutOf(init));
  }

  /**
   * Offers a service on every connection, now and after each reconnect.
   *
   * @returns when the hub has taken it on every connection that is open
   * @throws {RemoteError} when the hub says no: 403 without a grant, 409 for other routes than those it has
   * @throws {TypeError | RequestError} when the id or a route cannot be used, or the transport carries no services
   */
  async provide(options: ProvideOptions): Promise<Provision> {
    this.#assertUsable();
    this.#assertAble('provide', `provide "${options.id}"`);
    return this.#desk.provide(options);
  }

  /**
   * Follows the services that this client may call or provide: all as they are, then what happens to them. When the
   * connection is lost, or the reader is far behind, they are told anew. Nothing is asked for before the first is read.
   *
   * @throws {TypeError} when the pattern of services cannot be used; then, from the loop, the signal's reason,
   * {@link ClientClosedError}, or what the hub says instead
   * @example
   * for await (const news of client.watchServices({ services: 'sensor-*' })) show(news);
   */
  watchServices(options: WatchOptions = {}): AsyncIterableIterator<ServicesNews, undefined> {
    this.#assertUsable();
    this.#assertAble('provide', 'watch services');
    return this.#watch.watch(options);
  }

  /**
   * Sends a message to every connection of a client; who is not online does not get it.
   *
   * @param topic up to 8 segments: `door/open`
   * @param payload any value that `JSON.stringify` can write; absent = null
   * @returns how many connections it was written to
   * @throws {RemoteError} 404 when the client is not online, 403 without a grant to call `message`
   */
  // oxlint-disable-next-line max-params -- whom, about what, what; options are rare
  sendMessage(to: string, topic: string, payload?: unknown, options: SendMessageOptions = {}): Promise<number> {
    return deliver(this, ['send', { to, topic, payload }], options);
  }

  /**
   * Sends a message to every connection of a client, or to those that provide a service. For managers.
   *
   * @returns how many connections it was written to
   * @throws {RemoteError} 403 for others than managers, 404 when nobody provides the service
   */
  broadcast(topic: string, payload?: unknown, options: BroadcastOptions = {}): Promise<number> {
    return deliver(this, ['broadcast', { topic, payload, service: options.service }], options);
  }

  /**
   * Calls `listener` with each message of that topic from now on.
   *
   * @param topic in which `*` is any run of characters, `/` included: `door/*`
   */
  onMessage(topic: string, listener: (message: Notice) => void): Disposable {
    return subscribeMessages(this.onNotice, topic, listener);
  }

  /** Withdraws the services (see {@link Provision.drain}), gives up what is in flight, and says Goodbye. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#watch.failAll(closedError());
    await this.#desk.drainAll();
    this.#requester.failAll(this.#pool.links, closedError());
    await this.#pool.close();
    this.#requester[Symbol.dispose]();
    this.#notices[Symbol.dispose]();
  }

  #assertUsable(): void {
    if (this.#closed !== undefined) throw closedError();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #assertAble(ability: keyof CarrierAbilities, action: string): void {
    const { abilities, url } = this.#config;
    if (abilities[ability]) return;
    throw new TypeError(
      `Cannot ${action}: ${new URL(url).protocol} carries single requests only; connect with ws: or tcp:`,
    );
  }

  #fail(error: ClientError): void {
    this.#failure = error;
    this.#desk.clientFailed(error);
    this.#watch.failAll(error);
    this.#requester.failAll(this.#pool.links, error);
  }

  #timeoutOf(init: { readonly timeoutMs?: number | undefined }): number {
    const timeoutMs = init.timeoutMs ?? this.#config.defaultTimeoutMs;
    if (timeoutMs > 0 && timeoutMs <= 0xffff_ffff) return timeoutMs;
    throw new RangeError(`Cannot wait "${String(timeoutMs)}" ms: give a number above 0 that fits into 32 bits`);
  }

  #handleMessages(dispatcher: MessageDispatcher<Link>): void {
    const outOfTurn = (message: Message): void => {
      throw new ProtocolError(`Cannot use a message of kind ${String(message.kind)}: it is out of turn`);
    };
    dispatcher.handle(Kind.Hello, outOfTurn);
    dispatcher.handle(Kind.Welcome, outOfTurn);
    dispatcher.handle(Kind.Response, (message, link) => this.#requester.respond(link, message));
    dispatcher.handle(Kind.Request, (message, link) => this.#desk.serve(message, link));
    dispatcher.handle(Kind.Data, (message, link) => {
      if (message.id < HUB_ID_BIT) this.#requester.data(link, message);
      else this.#desk.data(message, link);
    });
    dispatcher.handle(Kind.Credit, (message, link) => {
      if (message.id < HUB_ID_BIT) this.#requester.credit(link, message);
      else this.#desk.credit(message, link);
    });
    dispatcher.handle(Kind.Cancel, (message, link) => this.#desk.cancel(message, link));
    dispatcher.handle(Kind.Notice, (message, link) => {
      this.#watch.notice(message, link);
      this.#notices.emit(new Notice(message));
    });
    dispatcher.handle(Kind.Goodbye, (message, link) => link.leave(message));
    dispatcher.handle(Kind.Ping, (message, link) => {
      link.send({ kind: Kind.Pong, id: message.id, payload: message.payload });
    });
  }
}

function closedError(): ClientClosedError {
  return new ClientClosedError('Cannot use this client: it is closed');
}

/** @returns what the Request holds, and what follows it in pieces */
function requestFields(
  init: RequestInit,
  method: MethodWord,
  flags: number,
): readonly [RequestFields, ByteStream | undefined] {
  if (!init.uri.startsWith('/')) throw new TypeError(`Cannot request "${init.uri}": a uri starts with "/"`);
  const headers = toWireHeaders(init.headers);
  const { encoding, payload, source } = encodeBody(init, headers);
  const allFlags = source === undefined ? flags : flags | Flag.Stream;
  const { uri, to } = init;
  return [{ encoding, payload, method: methodOf(method), uri, to, headers, flags: allFlags }, source];
}
