import type { Clock } from '../../../common/base/clock.ts';
import { Emitter } from '../../../common/base/emitter.ts';
import { ProtocolError, RequestError } from '../../../common/errors/hub-error.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Flag, HUB_ID_BIT, Kind, type Message, type MessageInit } from '../../../common/protocol/message.ts';
import {
  DatagramReceiver,
  DatagramSender,
  frameOf,
  HEADER_BYTES,
} from '../../../common/transport/datagram/datagram.ts';
import type { SessionMacs } from '../../../common/transport/datagram/datagram-keys.ts';
import { FrameInbox } from '../../../common/transport/frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from '../../../common/transport/transport.ts';
import { hostLiteral } from '../../access/host-policy.ts';
import { problemResponse } from '../../access/problem-response.ts';
import type { DatagramSource } from './challenges.ts';
import { answerTooLarge, inPieces, shortenedError } from './refusals.ts';
import { ReplyMemory, type ReplyBudget } from './reply-memory.ts';
import { RequestLedger } from './request-ledger.ts';
import type { UdpConfig } from './udp-config.ts';
import type { UdpCounters } from './udp-counters.ts';

/** Time for which a session that has ended says so again to who has not heard it, ms. */
const LINGER_MS = 5_000;
/** Times that it does. */
const MAX_GOODBYES = 8;

/** What all sessions share. */
export interface UdpSessionDeps {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly hubId: string;
  readonly config: UdpConfig;
  readonly budget: ReplyBudget;
  readonly counters: UdpCounters;
  readonly transmit: (datagram: Uint8Array, to: DatagramSource) => void;
}

/** What one session is made of. */
export interface UdpSessionInit {
  /** 8 bytes. */
  readonly token: Uint8Array;
  readonly source: DatagramSource;
  readonly macs: SessionMacs;
  /** Sends the answer to its Hello, which is kept for a Hello that is repeated. */
  readonly welcome: (datagram: Uint8Array) => void;
  /** Refuses its Hello: what this side signs, a client without the right key could not check. */
  readonly refuse: (goodbye: Uint8Array) => void;
}

/**
 * The hub's end of one client's session: a transport on which every request arrives once, however often it was sent, and
 * every answer goes out as often as it is asked for while it is remembered.
 */
export class UdpSession implements Transport {
  readonly kind = 'udp';
  readonly frameType = 'binary';
  readonly callsOnly = true;
  readonly bufferedBytes = 0;
  readonly maxFrameBytes: number;
  readonly remoteAddress: string;
  readonly source: DatagramSource;
  readonly #deps: UdpSessionDeps;
  readonly #init: UdpSessionInit;
  readonly #sender: DatagramSender;
  readonly #receiver: DatagramReceiver;
  readonly #replies: ReplyMemory;
  readonly #ledger: RequestLedger;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #state: 'greeting' | 'open' | 'closed' = 'greeting';
  #reading = true;
  #heardMs: number;
  #unansweredPing: Uint8Array | undefined;
  #goodbye: Uint8Array | undefined;
  #goodbyes = 0;
  #forgottenAtMs = Number.POSITIVE_INFINITY;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(init: UdpSessionInit, deps: UdpSessionDeps) {
    this.#deps = deps;
    this.#init = init;
    this.source = init.source;
    this.remoteAddress = `${hostLiteral(init.source.address)}:${String(init.source.port)}`;
    this.maxFrameBytes = deps.config.maxDatagramBytes - HEADER_BYTES;
    this.#sender = new DatagramSender(init.token, init.macs.hub);
    this.#receiver = new DatagramReceiver(init.macs.client);
    this.#replies = new ReplyMemory(deps.config, deps.budget);
    this.#ledger = new RequestLedger(this.#replies);
    this.#heardMs = deps.clock.nowMs();
  }

  /** Second half of the token: the first is what the session is looked up by. */
  get token(): Uint8Array {
    return this.#init.token;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Hands over the Hello that opened it. */
  begin(hello: Uint8Array): void {
    this.#inbox.push(hello);
  }

  /** A datagram with this session's token, from its address. */
  receive(datagram: Uint8Array): void {
    const verdict = this.#receiver.judge(datagram);
    if (verdict !== 'fresh') {
      this.#deps.counters.drop(verdict);
      return;
    }
    if (this.#state === 'closed') {
      this.#repeatGoodbye();
      return;
    }
    this.#heardMs = this.#deps.clock.nowMs();
    this.#unansweredPing = undefined;
    const frame = frameOf(datagram);
    if (!this.#reading) this.#deps.counters.drop('paused');
    else if (this.#isNews(frame)) this.#inbox.push(frame);
  }

  /** Sends once; only what a client asks for again goes out again. */
  send(frame: Uint8Array): boolean {
    if (this.#state === 'closed') return false;
    const message = this.#deps.codec.decode(frame);
    switch (message.kind) {
      case Kind.Welcome:
        this.#state = 'open';
        this.#init.welcome(this.#sender.seal(frame));
        break;
      case Kind.Goodbye:
        this.#sayGoodbye(this.#fits(frame) ? frame : this.#shortGoodbye(message));
        break;
      case Kind.Response:
        this.#answer(message, frame);
        break;
      case Kind.Ping:
        this.#unansweredPing = frame;
        this.#transmit(frame);
        break;
      case Kind.Pong:
      case Kind.Notice:
        this.#transmit(frame);
        break;
      default:
        // A stream's pieces and credit, whose stream is refused; nothing else has a place on a link that only calls.
        this.#deps.counters.unsent += 1;
    }
    return true;
  }

  setReading(reading: boolean): void {
    this.#reading = reading;
  }

  close(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#forgottenAtMs = this.#deps.clock.nowMs() + (this.#goodbye === undefined ? 0 : LINGER_MS);
    this.#end(reason);
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#forgottenAtMs = this.#deps.clock.nowMs();
    this.#end({ code: 1_006, text: '' });
  }

  /**
   * Lets go what is past its time, and asks again what the client left unanswered. Called every so often.
   *
   * @returns `idle` when nothing came for too long, `over` when the session can be forgotten
   */
  sweep(nowMs: number): 'live' | 'idle' | 'over' {
    if (this.#state === 'closed') return nowMs >= this.#forgottenAtMs ? 'over' : 'live';
    this.#replies.expire(nowMs);
    const { sessionIdleMs } = this.#deps.config;
    if (sessionIdleMs > 0 && nowMs - this.#heardMs >= sessionIdleMs) return 'idle';
    if (this.#unansweredPing !== undefined) this.#transmit(this.#unansweredPing);
    return 'live';
  }

  /** @returns false for what came before, or cannot come this way: it is answered here, if at all */
  #isNews(frame: Uint8Array): boolean {
    let message: Message;
    try {
      message = this.#deps.codec.decode(frame);
    } catch (error) {
      // Whoever has the key sent it: that is for the connection to judge.
      if (error instanceof ProtocolError) return true;
      throw error;
    }
    const { kind, id, flags } = message;
    if (kind !== Kind.Request || id === 0 || id >= HUB_ID_BIT) return true;
    const wantsAnswer = (flags & Flag.OneWay) === 0;
    const standing = this.#ledger.standingOf(id);
    if (standing !== 'new') {
      this.#repeat(id, standing, wantsAnswer);
      return false;
    }
    this.#ledger.began(id, wantsAnswer);
    if ((flags & Flag.Stream) === 0) return true;
    if (wantsAnswer) this.#refuse(id, inPieces('BAD_REQUEST_ERR', 'take the request'));
    return false;
  }

  #repeat(id: number, standing: 'pending' | 'answered' | 'over', wantsAnswer: boolean): void {
    this.#deps.counters.repeats += 1;
    if (!wantsAnswer || standing === 'pending') return;
    const remembered = this.#replies.get(id);
    if (remembered !== undefined) {
      this.#transmit(frameOf(remembered));
      return;
    }
    const text = `Cannot take request id "${String(id)}" again: it came before, or is far below others, and no answer is kept; ids go up`;
    this.#transmit(this.#problem(id, new RequestError('CONFLICT_ERR', text)));
  }

  #answer(message: Message, frame: Uint8Array): void {
    const { id, status, flags } = message;
    if ((flags & Flag.Stream) !== 0) {
      this.#refuse(id, inPieces('TOO_LARGE_ERR', 'deliver the answer'));
      // As if its caller had: nobody reads the rest.
      const cancel = this.#deps.codec.encode({ kind: Kind.Cancel, id });
      queueMicrotask(() => this.#inbox.push(cancel));
      return;
    }
    if (this.#fits(frame)) {
      this.#settle(id, frame);
      return;
    }
    this.#deps.counters.unsent += 1;
    const bytes = { bytes: frame.byteLength, maxBytes: this.maxFrameBytes };
    if (status >= 400) this.#settle(id, this.#deps.codec.encode({ ...shortenedError(status, bytes), id }));
    else this.#refuse(id, answerTooLarge(bytes));
  }

  #refuse(id: number, error: RequestError): void {
    this.#settle(id, this.#problem(id, error));
  }

  /** The one answer of a request. */
  #settle(id: number, frame: Uint8Array): void {
    const datagram = this.#seal(frame);
    if (datagram === undefined) return;
    this.#ledger.ended(id, datagram, this.#deps.clock.nowMs());
    this.#deps.transmit(datagram, this.source);
  }

  #problem(id: number, error: RequestError): Uint8Array {
    const response: MessageInit = problemResponse(error, { hub: this.#deps.hubId, request: id });
    return this.#deps.codec.encode({ ...response, id });
  }

  #transmit(frame: Uint8Array): void {
    if (!this.#fits(frame)) {
      this.#deps.counters.unsent += 1;
      return;
    }
    const datagram = this.#seal(frame);
    if (datagram !== undefined) this.#deps.transmit(datagram, this.source);
  }

  /** @returns undefined when the session has used up its sequences, which ends it */
  #seal(frame: Uint8Array): Uint8Array | undefined {
    if (!this.#sender.isSpent) return this.#sender.seal(frame);
    this.terminate();
    return undefined;
  }

  #fits(frame: Uint8Array): boolean {
    return frame.byteLength <= this.maxFrameBytes;
  }

  #sayGoodbye(frame: Uint8Array): void {
    if (this.#state === 'greeting') {
      this.#init.refuse(frame);
      return;
    }
    this.#goodbye = frame;
    this.#transmit(frame);
  }

  #shortGoodbye({ status }: Message): Uint8Array {
    return this.#deps.codec.encode({ kind: Kind.Goodbye, status });
  }

  #repeatGoodbye(): void {
    if (this.#goodbye === undefined || this.#goodbyes >= MAX_GOODBYES) return;
    this.#goodbyes += 1;
    this.#transmit(this.#goodbye);
  }

  #end(reason: CloseReason): void {
    this.#state = 'closed';
    this.#unansweredPing = undefined;
    this.#ledger.clear();
    queueMicrotask(() => {
      this.#inbox.close();
      this.#drained[Symbol.dispose]();
      this.#violated[Symbol.dispose]();
      this.#closed.emit(reason);
      this.#closed[Symbol.dispose]();
    });
  }
}
