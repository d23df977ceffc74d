import { randomBytes } from 'node:crypto';
import type { ClientId, ConnectionId } from '../../common/base/ids.ts';
import { ProtocolError, RequestError, type HubError } from '../../common/errors/hub-error.ts';
import { problemPayload, toProblem } from '../../common/errors/wire.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { Encoding, Flag, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { kindWord } from '../../common/protocol/words.ts';
import { LinkEvent } from '../../common/traffic/frames.ts';
import type { CloseReason, Transport, TransportKind, TransportViolation } from '../../common/transport/transport.ts';
import type { Caller, Principal, ProviderLink } from '../relay.ts';
import { orNone } from './access-limits.ts';
import type { Credential } from './authenticator.ts';
import type { ConnectionDeps, ConnectionLink, FrameNote } from './connection-deps.ts';
import { Handshake, secondHello, type HandshakeOwner } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HeldFrame } from './held-frames.ts';
import { welcome } from './hello.ts';
import { dataPieces, tooLargeForLink } from './link-size.ts';
import { NOBODY } from './nobody.ts';
import { Outbox } from './outbox.ts';
import { OwnRequests } from './own-requests.ts';
import { farewell, problemResponse } from './problem-response.ts';
import { RoundTrips } from './round-trips.ts';

export type ConnectionState = 'handshaking' | 'open' | 'draining' | 'closed';

const NORMAL_CLOSE = 1000;
const PRIVATE_CLOSE = 4000;
const FIRST_ERROR_STATUS = 400;

/**
 * One live link: its transport, its codec and where it stands in the session's rules (docs/protocol.md, section 3).
 *
 * States go one way: handshaking, open, perhaps draining, closed. To the service layer it is a caller and a provider's
 * link; what each kind of message does is decided by the handlers in the dispatcher.
 */
export class Connection implements Caller, ProviderLink, HandshakeOwner {
  readonly connectionId: ConnectionId;
  readonly via = 'socket';
  readonly codec: Codec;
  readonly connectedAtMs: number;
  readonly #deps: ConnectionDeps;
  readonly #transport: Transport;
  readonly #outbox: Outbox;
  readonly #heartbeat: Heartbeat;
  readonly #requests: OwnRequests;
  /** Undefined once it is over. */
  #handshake: Handshake | undefined;
  #state: ConnectionState = 'handshaking';
  #principal = NOBODY;
  #agent = '';
  #receivedMs: number;
  #closedAtMs: number | null = null;
  #closeReason: string | null = null;
  #closeStatus = 0;
  #messagesIn = 0;
  #bytesIn = 0;
  #ignored = 0;
  #called = false;
  #errors = 0;
  /** Made for the first that is measured: most connections never need it. */
  #roundTrips: RoundTrips | undefined;

  constructor(link: ConnectionLink, deps: ConnectionDeps) {
    this.connectionId = link.id;
    this.codec = link.codec;
    this.#deps = deps;
    this.#transport = link.transport;
    const { clock, limits } = deps;
    const { maxOutgoingBytes, maxFrameBytes, maxHeldRequestBytes, heartbeatMs } = limits;
    this.connectedAtMs = clock.wallMs();
    this.#receivedMs = clock.nowMs();
    const maxUnreadBytes = orNone(maxOutgoingBytes) + orNone(maxFrameBytes);
    this.#outbox = new Outbox(link, { maxUnreadBytes, frames: deps.frames });
    this.#heartbeat = new Heartbeat(heartbeatMs, this.#receivedMs);
    this.#requests = new OwnRequests(orNone(maxHeldRequestBytes));
    this.#handshake = new Handshake(deps, this, link.credential);
  }

  get state(): ConnectionState {
    return this.#state;
  }
  /** Anonymous until Welcome. */
  get principal(): Principal {
    return this.#principal;
  }
  /** Undefined before Welcome. */
  get client(): ClientId | undefined {
    return this.#state === 'handshaking' || this.#principal === NOBODY ? undefined : this.#principal.clientId;
  }
  /** Undefined where the transport carries calls only. */
  get providerLink(): ProviderLink | undefined {
    return this.#transport.callsOnly === true ? undefined : this;
  }
  get clientId(): ClientId {
    return this.#principal.clientId;
  }
  get congested(): boolean {
    return this.#outbox.congested;
  }
  /** A Ping went unanswered for a while: the other side may be gone without a word. */
  get suspect(): boolean {
    return this.#heartbeat.suspect;
  }
  get agent(): string {
    return this.#agent;
  }
  get transportKind(): TransportKind {
    return this.#transport.kind;
  }
  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }
  /** Monotonic ms at which the message being handled arrived. */
  get receivedMs(): number {
    return this.#receivedMs;
  }
  /** Monotonic ms at which anything last arrived. */
  get lastReceivedMs(): number {
    return this.#heartbeat.lastReceivedMs;
  }
  /** Wall ms. */
  get closedAtMs(): number | null {
    return this.#closedAtMs;
  }
  get closeReason(): string | null {
    return this.#closeReason;
  }
  /** Of the hub's Goodbye; 0 when it said none, or one without an error. */
  get closeStatus(): number {
    return this.#closeStatus;
  }
  get messagesIn(): number {
    return this.#messagesIn;
  }
  get messagesOut(): number {
    return this.#outbox.messages;
  }
  get bytesIn(): number {
    return this.#bytesIn;
  }
  get bytesOut(): number {
    return this.#outbox.bytes;
  }
  /** Messages that belong to nothing the hub knows of. */
  get ignored(): number {
    return this.#ignored;
  }
  /** Its own requests that are not settled. */
  get inFlight(): number {
    return this.#requests.count;
  }
  /** What these keep in memory, about. */
  get heldRequestBytes(): number {
    return this.#requests.bytes;
  }

  /** Whether it ever called a service that is not the hub's own. */
  get called(): boolean {
    return this.#called;
  }

  /** Its requests that were answered with an error. */
  get errors(): number {
    return this.#errors;
  }

  /** Begins to listen. Called once, after whoever made the connection knows it. */
  start(): void {
    // These end with the transport: to keep their disposables would only cost every idle connection memory.
    this.#transport.onViolation.subscribe((violation) => this.#onViolation(violation));
    this.#transport.onDidDrain.subscribe(() => this.#onDrain());
    this.#transport.onDidClose.subscribe((reason) => this.#onClose(reason));
    this.#handshake?.start();
    this.#note({ kind: LinkEvent.Open }, 0, 0);
    // Last: frames that came before are announced at once.
    this.#transport.onFrame.subscribe((frame) => this.#onFrame(frame));
  }

  /**
   * Handles a Hello: has its credential checked without blocking, and answers Welcome or Goodbye. What arrives meanwhile is held.
   *
   * @throws {ProtocolError} for a second one, and for one that cannot be read
   */
  hello(message: Message): void {
    if (this.#handshake === undefined) throw secondHello();
    this.#agent = this.#handshake.hello(message);
  }

  /** Delivers an answer to this connection as a caller. One that does not read is told Goodbye instead. */
  respond(requestId: number, response: Message | MessageInit): void {
    if (this.#state === 'closed') return;
    if ((response.status ?? 0) >= FIRST_ERROR_STATUS) this.#errors += 1;
    const frame = this.#outbox.encode(response, requestId);
    if (frame.byteLength > this.#outbox.maxFrameBytes) {
      this.#respondTooLarge(requestId, response, frame.byteLength);
      return;
    }
    if (this.#outbox.hasRoomFor(frame)) {
      this.#outbox.write(frame, response, requestId);
      return;
    }
    const text = `Cannot deliver more answers: ${String(this.#transport.bufferedBytes)} bytes wait to be read`;
    this.goodbye(new RequestError('TIMEOUT_ERR', text));
  }

  /** Delivers a piece of an answer's stream. However little this connection reads, its own credit bounds what waits. */
  data(requestId: number, data: Message | MessageInit): void {
    if (this.#state === 'closed') return;
    const frame = this.#outbox.encode(data, requestId);
    const { maxFrameBytes } = this.#outbox;
    if (frame.byteLength <= maxFrameBytes) this.#outbox.writeData(frame, data, requestId);
    else for (const piece of dataPieces(data, maxFrameBytes)) this.data(requestId, piece);
  }

  grant(requestId: number, bytes: number): void {
    this.post({ kind: Kind.Credit, id: requestId, credit: bytes });
  }

  /** What it does not read counts as answers that it does not read: at the limit it is told Goodbye. */
  notify(notice: MessageInit): void {
    this.respond(0, notice);
  }

  /**
   * Hands a message to this connection as a provider.
   *
   * @throws {RequestError} TOO_LARGE_ERR when its link does not carry it
   */
  send(message: Message | MessageInit, id: number, timeoutMs?: number): boolean {
    if (this.#state === 'closed') return false;
    const frame = this.#outbox.encode(message, id, timeoutMs);
    const { maxFrameBytes } = this.#outbox;
    if (frame.byteLength <= maxFrameBytes) return this.#outbox.write(frame, message, id);
    if (message.kind !== Kind.Data) throw tooLargeForLink(frame.byteLength, maxFrameBytes);
    let free = true;
    for (const piece of dataPieces(message, maxFrameBytes)) free = this.send(piece, id);
    return free;
  }

  /** Answers one of its requests with an error, unless it wants no answer. */
  refuse(request: Message, error: unknown): void {
    if ((request.flags & Flag.OneWay) !== 0) return;
    const instance = request.uri?.split('?', 1)[0];
    this.respond(request.id, problemResponse(error, { hub: this.#deps.hub.id, request: request.id, instance }));
  }

  /** Counts a message that belongs to nothing: it is neither an error nor of use. */
  ignore(): void {
    this.#ignored += 1;
  }

  /** Something came that is no message, a WebSocket pong for example: the other side lives. */
  noteActivity(): void {
    this.#heard(this.#deps.clock.nowMs());
  }

  /** The client's role or grants changed: they hold from the next request on. */
  updatePrincipal(principal: Principal): void {
    if (this.#state === 'open' || this.#state === 'draining') this.#principal = principal;
  }

  /** Shows that the hub is about to end; the service layer refuses new work by itself. */
  startDraining(): void {
    if (this.#state === 'open') this.#state = 'draining';
  }

  /** One of its own requests reached the service layer and is held there; over the limit it is not read. */
  requestBegan(bytes: number): void {
    if (this.#requests.began(bytes)) this.#transport.setReading(false);
  }

  requestEnded(bytes: number): void {
    if (!this.#requests.ended(bytes)) return;
    this.noteActivity();
    if (this.#state !== 'closed') this.#transport.setReading(true);
  }

  noteCall(): void {
    this.#called = true;
  }

  /** Its Hello was judged and is good: what was held is handled. */
  welcomed(principal: Principal): void {
    const { hub, limits, observer } = this.#deps;
    const held = this.#endHandshake();
    this.#state = 'open';
    this.#principal = principal;
    const { maxFrameBytes } = this.#transport;
    this.post(welcome(randomBytes(16).toString('base64url'), principal, { hub, limits, maxFrameBytes }));
    observer.opened(this);
    for (const { frame, receivedMs } of held) {
      if (this.#isClosed()) return;
      this.#receive(frame, receivedMs);
    }
  }

  /** Its Hello was judged and is not. */
  refused(error: HubError, credential: Credential | undefined): void {
    this.#deps.observer.refused(this, error, credential);
    this.goodbye(error);
  }

  /** Its handshake came to nothing. */
  failed(error: RequestError): void {
    this.goodbye(error);
  }

  /** Sends a Ping after a silence, and ends a connection that does not answer one. Called every so often. */
  checkHeartbeat(nowMs: number): void {
    if (!this.#requests.reading || (this.#state !== 'open' && this.#state !== 'draining')) return;
    const action = this.#heartbeat.check(nowMs);
    if (action === undefined) return;
    if (action === 'ping') {
      this.post({ kind: Kind.Ping });
      return;
    }
    const text = `Cannot keep the connection: no answer to Ping within ${String(this.#deps.limits.heartbeatMs)} ms`;
    this.goodbye(new RequestError('TIMEOUT_ERR', text));
  }

  /**
   * Sends a Ping and waits for its Pong.
   *
   * @returns ms from one to the other
   * @throws {RequestError} TIMEOUT_ERR after `timeoutMs`; UNAVAILABLE_ERR when the connection is not open, or closes first
   */
  ping(timeoutMs: number): Promise<number> {
    if (this.#state !== 'open' && this.#state !== 'draining') return Promise.reject(this.#notOpen());
    this.#roundTrips ??= new RoundTrips(this.#deps.clock);
    return this.#roundTrips.measure((ping) => this.post(ping), timeoutMs);
  }

  /** A Pong came. */
  ponged(id: number): void {
    this.#roundTrips?.answered(id, this.#receivedMs);
  }

  /** Sends a message of the session itself: Pong, Notice. */
  post(message: MessageInit): void {
    if (this.#state !== 'closed') this.#outbox.write(this.codec.encode(message), message, message.id ?? 0);
  }

  /**
   * Ends the connection: the last message says why, then the link is closed politely. Idempotent.
   *
   * @param reason an error, or a text for people when it ends normally
   */
  goodbye(reason: HubError | string): void {
    if (this.#state === 'closed') return;
    const problem = typeof reason === 'string' ? farewell(reason) : toProblem(reason, { hub: this.#deps.hub.id });
    const { status } = problem;
    this.#closeStatus = status;
    this.post({ kind: Kind.Goodbye, status, encoding: Encoding.Json, payload: problemPayload(problem) });
    const code = status === 0 ? NORMAL_CLOSE : PRIVATE_CLOSE + status;
    const text = typeof reason === 'string' ? '' : reason.errorName;
    this.#finish(`${String(status)}: ${problem.detail}`);
    this.#transport.close({ code, text });
  }

  /** The other side said Goodbye. */
  left(): void {
    if (this.#state === 'closed') return;
    this.#finish('the client left');
    this.#transport.close({ code: NORMAL_CLOSE, text: '' });
  }

  /** Cuts the link; for a stop that cannot wait. */
  terminate(): void {
    this.#finish('the hub stopped');
    this.#transport.terminate();
  }

  /** In place of an answer, or of the beginning of one, that the link does not carry. A Notice is nobody's answer: it is lost. */
  #respondTooLarge(requestId: number, response: Message | MessageInit, bytes: number): void {
    if (response.kind !== Kind.Response) return;
    const { maxFrameBytes } = this.#outbox;
    const error = tooLargeForLink(bytes, maxFrameBytes);
    const problem = problemResponse(error, { hub: this.#deps.hub.id, request: requestId });
    if (this.#outbox.encode(problem, requestId).byteLength > maxFrameBytes) this.goodbye(error);
    else this.respond(requestId, problem);
    if (((response.flags ?? 0) & Flag.Stream) !== 0) this.#deps.relay.cancel(this, requestId);
  }

  /** Behind a method, so that the compiler does not take the state for what it was before a handler ran. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #notOpen(): RequestError {
    const text = `Cannot measure the round trip: connection "${this.connectionId}" is ${this.#state}`;
    return new RequestError('UNAVAILABLE_ERR', text);
  }

  #endHandshake(): readonly HeldFrame[] {
    const held = this.#handshake?.end() ?? [];
    this.#handshake = undefined;
    return held;
  }

  #onDrain(): void {
    if (this.#outbox.drained() && this.#state !== 'closed') this.#deps.relay.linkDrained(this);
  }

  #heard(nowMs: number): void {
    if (this.#heartbeat.heard(nowMs) && this.#state !== 'closed') this.#deps.relay.linkDrained(this);
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#state === 'closed') return;
    const nowMs = this.#deps.clock.nowMs();
    this.#heard(nowMs);
    this.#messagesIn += 1;
    this.#bytesIn += frame.byteLength;
    try {
      if (this.#handshake?.hold({ frame, receivedMs: nowMs }) === true) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#receive(frame, nowMs);
  }

  #receive(frame: Uint8Array, receivedMs: number): void {
    this.#receivedMs = receivedMs;
    let message: Message | undefined;
    try {
      message = this.codec.decode(frame);
      this.#note(message, message.id, frame.byteLength);
      if (this.#state === 'handshaking') this.#assertFirst(message);
      if (!this.#deps.dispatcher.dispatch(message, this)) this.ignore();
    } catch (error) {
      this.#fail(error, message);
    }
  }

  #note(message: FrameNote, id: number, bytes: number): void {
    const { frames } = this.#deps;
    if (frames?.wanted === true) frames.noted(this.connectionId, 'in', message, id, bytes);
  }

  #assertFirst(message: Message): void {
    if (message.kind === Kind.Hello || message.kind === Kind.Goodbye) return;
    throw new ProtocolError(`Cannot accept "${kindWord(message.kind)}": the first message of a connection is "hello"`);
  }

  /** Breaking the protocol ends the connection; anything else is the fault of the handler, and ends only its request. */
  #fail(error: unknown, message?: Message): void {
    if (error instanceof ProtocolError) {
      this.#violate(error);
      return;
    }
    if (!(error instanceof RequestError && message?.kind === Kind.Request)) {
      this.#deps.log.error({ connectionId: this.connectionId, error }, 'a message handler threw');
    }
    if (message?.kind === Kind.Request) this.refuse(message, error);
  }

  #onViolation({ kind, text }: TransportViolation): void {
    this.#violate(new ProtocolError(text, { errorName: kind === 'too-large' ? 'TOO_LARGE_ERR' : 'BAD_REQUEST_ERR' }));
  }

  #violate(error: ProtocolError): void {
    if (this.#state !== 'closed') this.#deps.observer.violated(this, error);
    this.goodbye(error);
  }

  #onClose({ code, text }: CloseReason): void {
    this.#note({ kind: LinkEvent.Close, status: code }, 0, 0);
    this.#finish(
      text === '' ? `the link closed with code ${String(code)}` : `the link closed with code ${String(code)}: ${text}`,
    );
    this.#deps.observer.linkClosed(this);
  }

  #finish(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#closedAtMs = this.#deps.clock.wallMs();
    this.#closeReason = reason;
    this.#endHandshake();
    this.#roundTrips?.end(this.#notOpen());
    this.#deps.relay.disconnected(this.connectionId);
    this.#deps.observer.closed(this);
  }
}
