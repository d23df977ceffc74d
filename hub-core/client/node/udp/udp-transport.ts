import type { Clock } from '../../../common/base/clock.ts';
import { Emitter } from '../../../common/base/emitter.ts';
import type { Random } from '../../../common/base/random.ts';
import { ProtocolError } from '../../../common/errors/hub-error.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Flag, Kind, type Message } from '../../../common/protocol/message.ts';
import {
  answeredNonceOf,
  DatagramReceiver,
  DatagramSender,
  equalBytes,
  frameOf,
  handshakeDatagram,
  HEADER_BYTES,
  hasToken,
  isHandshake,
  sign,
  tokenOf,
} from '../../../common/transport/datagram/datagram.ts';
import type { DatagramCrypto } from '../../../common/transport/datagram/datagram-crypto.ts';
import type { HandshakeContext, SessionMacs } from '../../../common/transport/datagram/datagram-keys.ts';
import { FrameInbox } from '../../../common/transport/frame-inbox.ts';
import type { CloseReason, Transport, TransportViolation } from '../../../common/transport/transport.ts';
import { answerChallenge } from './answer-challenge.ts';
import type { DatagramPort } from './datagram-port.ts';
import { Repeater } from './repeater.ts';

/** Of what is repeated: requests have their own ids, from 1 on. */
const PING = 0;
const HELLO = -1;
/** Time in which Hello must be answered: the challenge does not hold much longer, ms. */
const GREETING_MS = 9_000;
/** Silence of a hub that was asked, after which a Ping asks whether it is there at all, ms. */
const DOUBT_MS = 1_000;
/** Silence in spite of that, after which it knows nothing of this session, ms. */
const LOST_MS = 10_000;
/** A request without a time of its own is repeated for as long as a hub waits by default, ms. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** Requests sent and neither answered nor repeated, above which no further one is taken: a burst would drown its answers. */
const MAX_FRESH = 256;
const LOST: CloseReason = { code: 1_006, text: '' };

export interface UdpTransportInit {
  /** Owned from now on. */
  readonly port: DatagramPort;
  /** Of the challenge that the Hello answers. */
  readonly context: HandshakeContext;
  readonly codec: Codec;
  readonly crypto: DatagramCrypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly remoteAddress: string;
}

/**
 * A client's end of a session over UDP: sends a request again until its answer comes, and announces that answer once.
 * The first frame is Hello, with the key as on any other transport: it goes out as a proof.
 */
export class UdpTransport implements Transport {
  readonly kind = 'udp';
  readonly frameType = 'binary';
  readonly bufferedBytes = 0;
  readonly remoteAddress: string;
  readonly #init: UdpTransportInit;
  /** A Hello is a datagram, the rest are messages, whose datagrams differ each time. */
  readonly #repeater: Repeater<Message | Uint8Array>;
  readonly #inbox = new FrameInbox();
  readonly #drained = new Emitter<void>();
  readonly #violated = new Emitter<TransportViolation>();
  readonly #closed = new Emitter<CloseReason>();
  #congested = false;
  #state: 'new' | 'greeting' | 'open' | 'closed' = 'new';
  #macs: SessionMacs | undefined;
  #token: Uint8Array | undefined;
  #sender: DatagramSender | undefined;
  #receiver: DatagramReceiver | undefined;
  #heardMs = 0;
  #greetingTimer: Disposable | undefined;

  readonly onFrame = this.#inbox.onFrame;
  readonly onDidDrain = this.#drained.event;
  readonly onViolation = this.#violated.event;
  readonly onDidClose = this.#closed.event;

  constructor(init: UdpTransportInit) {
    this.#init = init;
    this.remoteAddress = init.remoteAddress;
    const { port, clock, random } = init;
    this.#repeater = new Repeater({ clock, random, send: (what, leftMs) => this.#sendAgain(what, leftMs) });
    port.onDatagram = (datagram) => this.#receive(datagram);
    port.onFailure = (reason) => this.#end({ ...LOST, text: reason });
  }

  send(frame: Uint8Array): boolean {
    if (this.#state === 'closed') return false;
    const message = this.#init.codec.decode(frame);
    if (message.kind === Kind.Hello) this.#greet(message);
    else if (this.#state === 'open') this.#sendInSession(message, frame);
    if (this.#repeater.fresh >= MAX_FRESH) this.#congested = true;
    return !this.#congested;
  }

  /** Datagrams cannot be kept from coming; those that nobody reads are lost, and requests are repeated anyway. */
  setReading(): void {}

  close(reason: CloseReason): void {
    this.#end(reason);
  }

  terminate(): void {
    this.#end(LOST);
  }

  #greet(message: Message): void {
    if (this.#state !== 'new') return;
    const { codec, crypto, context, clock, port } = this.#init;
    const { hello, macs } = this.#answer(message, { crypto, context });
    const datagram = handshakeDatagram(codec.encode(hello));
    sign(datagram, macs.client);
    this.#state = 'greeting';
    this.#macs = macs;
    this.#receiver = new DatagramReceiver(macs.hub);
    port.send(datagram);
    this.#repeater.add(HELLO, datagram, Number.POSITIVE_INFINITY);
    this.#greetingTimer = clock.after(GREETING_MS, () => this.#end({ ...LOST, text: 'the hub did not answer Hello' }));
  }

  #answer(hello: Message, handshake: Parameters<typeof answerChallenge>[1]): ReturnType<typeof answerChallenge> {
    try {
      return answerChallenge(hello, handshake);
    } catch (error) {
      this.#end(LOST);
      throw error;
    }
  }

  #sendInSession(message: Message, frame: Uint8Array): void {
    const { kind, id, flags, timeoutMs } = message;
    if (kind === Kind.Request && (flags & Flag.OneWay) === 0) {
      this.#repeater.add(id, message, timeoutMs === 0 ? DEFAULT_TIMEOUT_MS : timeoutMs);
    } else if (kind === Kind.Cancel) {
      this.#repeater.remove(id);
      this.#checkDrained();
    } else if (kind === Kind.Ping) {
      this.#repeater.add(PING, message, LOST_MS);
    }
    this.#transmit(frame);
  }

  #sendAgain(message: Message | Uint8Array, leftMs: number): void {
    if (message instanceof Uint8Array) {
      this.#init.port.send(message);
      return;
    }
    const { codec, clock } = this.#init;
    const silentMs = clock.nowMs() - this.#heardMs;
    if (silentMs >= LOST_MS) {
      this.#end({ ...LOST, text: `the hub was silent for ${String(Math.round(silentMs))} ms` });
      return;
    }
    // An answer may take long; a Pong does not.
    if (silentMs >= DOUBT_MS && !this.#repeater.has(PING)) this.send(codec.encode({ kind: Kind.Ping }));
    this.#checkDrained();
    const isRequest = message.kind === Kind.Request;
    this.#transmit(
      isRequest ? codec.readdress(message, message.id, Math.max(1, Math.ceil(leftMs))) : codec.encode(message),
    );
  }

  #transmit(frame: Uint8Array): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    if (sender.isSpent) this.#end({ ...LOST, text: 'the session has used up its sequences' });
    else this.#init.port.send(sender.seal(frame));
  }

  #receive(datagram: Uint8Array): void {
    if (datagram.byteLength <= HEADER_BYTES || this.#state === 'new' || this.#state === 'closed') return;
    if (isHandshake(datagram)) {
      this.#receiveRefusal(datagram);
    } else if (this.#isOurs(datagram)) {
      this.#heardMs = this.#init.clock.nowMs();
      this.#repeater.remove(PING);
      this.#receiveFrame(datagram);
    }
  }

  /** Until Welcome says the token, the tag alone tells. */
  #isOurs(datagram: Uint8Array): boolean {
    if (this.#token !== undefined && !hasToken(datagram, this.#token)) return false;
    return this.#receiver?.judge(datagram) === 'fresh';
  }

  #receiveFrame(datagram: Uint8Array): void {
    const frame = frameOf(datagram);
    const message = this.#read(frame);
    // Whatever overtook Welcome is lost, but for the end of it all.
    if (this.#state === 'greeting' && !this.#open(datagram, message) && message?.kind !== Kind.Goodbye) return;
    // An answer to what nobody waits for any more, or that came already.
    if (message?.kind === Kind.Response && !this.#repeater.remove(message.id)) return;
    this.#checkDrained();
    this.#inbox.push(frame);
  }

  #checkDrained(): void {
    if (!this.#congested || this.#repeater.fresh > MAX_FRESH / 2) return;
    this.#congested = false;
    this.#drained.emit();
  }

  /**
   * That Welcome bears the right tag proves the hub, and makes its token this session's.
   *
   * @returns false for what is no Welcome
   */
  #open(datagram: Uint8Array, message: Message | undefined): boolean {
    if (message?.kind !== Kind.Welcome || this.#macs === undefined) return false;
    this.#state = 'open';
    this.#token = tokenOf(datagram);
    this.#sender = new DatagramSender(this.#token, this.#macs.client);
    this.#endGreeting();
    return true;
  }

  /** Only who has seen the Hello knows its nonce. A challenge that comes late is one that came twice. */
  #receiveRefusal(datagram: Uint8Array): void {
    if (this.#state !== 'greeting' || !equalBytes(answeredNonceOf(datagram), this.#init.context.nonce)) return;
    const frame = frameOf(datagram);
    if (this.#read(frame)?.kind === Kind.Goodbye) this.#inbox.push(frame);
  }

  #read(frame: Uint8Array): Message | undefined {
    try {
      return this.#init.codec.decode(frame);
    } catch (error) {
      // Who holds the key sent it: the link's own reader refuses it.
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  #endGreeting(): void {
    this.#repeater.remove(HELLO);
    this.#greetingTimer?.[Symbol.dispose]();
    this.#greetingTimer = undefined;
  }

  #end(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#endGreeting();
    this.#repeater[Symbol.dispose]();
    this.#init.port[Symbol.dispose]();
    queueMicrotask(() => {
      this.#inbox.close();
      this.#drained[Symbol.dispose]();
      this.#violated[Symbol.dispose]();
      this.#closed.emit(reason);
      this.#closed[Symbol.dispose]();
    });
  }
}
