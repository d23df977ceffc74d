import type { Clock } from '../../../common/base/clock.ts';
import { RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import type { CloseReason } from '../../../common/transport/transport.ts';
import { isLoopbackAddress, networkOf } from '../../address.ts';
import type { AcceptedLink } from '../../access/acceptor.ts';
import type { Credential } from '../../access/authenticator.ts';
import type { Gate } from '../../access/gate.ts';
import { orNone } from '../../access/access-limits.ts';
import { readAcks, readFrames } from './frame-batch.ts';
import { PeerTransport } from './peer-transport.ts';
import { RtcThread } from './rtc-thread.ts';
import type { StartRtcThread } from './rtc-worker.ts';
import type { RtcReport, RtcThreadInit } from './thread-messages.ts';

/** A thread that has not answered an offer by then is stuck. */
const ANSWER_WITHIN_MS = 10_000;
const RETRY_AFTER_MS = 1_000;

export interface PeerLimits {
  /** Most peers, connected or about to be; 0 = none. */
  readonly maxPeers: number;
  /** Of one address, not counted for loopback; 0 = none. */
  readonly maxPeersPerAddress: number;
  /** From the answer to an offer to the channel, ms; 0 = none. */
  readonly handshakeTimeoutMs: number;
  /** High-water mark of what waits to be sent to one peer, bytes; 0 = none. */
  readonly maxOutgoingBytes: number;
}

export interface PeersDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly codec: Codec;
  readonly acceptor: { accept(link: AcceptedLink): unknown };
  readonly gate: Pick<Gate, 'barOf'>;
  readonly limits: PeerLimits;
  readonly thread: RtcThreadInit;
  readonly startThread: StartRtcThread;
  readonly defer: (flush: () => void) => void;
}

/** An offer that was let in. */
export interface Offer {
  /** @see cleanOffer */
  readonly sdp: string;
  /** Where it came from. */
  readonly from: string;
  readonly credential: Credential | undefined;
  /** What the peer is told to come to. */
  readonly addresses: readonly string[];
}

interface Peer {
  readonly offer: Offer;
  readonly answered: PromiseWithResolvers<string>;
  isAnswered: boolean;
  timer: Disposable | undefined;
  transport: PeerTransport | undefined;
}

/** What happened since the start. */
export interface PeerCounts {
  offers: number;
  /** Offers whose peer never came. */
  abandoned: number;
  bytesIn: number;
  bytesOut: number;
}

/** Every WebRTC peer of the hub, from its offer to its end. */
export class Peers {
  readonly counts: PeerCounts = { offers: 0, abandoned: 0, bytesIn: 0, bytesOut: 0 };
  readonly #deps: PeersDeps;
  readonly #thread: RtcThread;
  readonly #peers = new Map<number, Peer>();
  readonly #byNetwork = new Map<string, number>();
  #lastNumber = 0;
  #connected = 0;
  // Made once: what comes over a link costs no closure.
  readonly #receive = (number: number, frame: Uint8Array): void => {
    this.counts.bytesIn += frame.byteLength;
    this.#peers.get(number)?.transport?.received(frame);
  };
  readonly #acknowledged = (number: number, bytes: number): void => {
    this.#peers.get(number)?.transport?.acknowledged(bytes);
  };

  constructor(deps: PeersDeps) {
    this.#deps = deps;
    const { clock, log, thread: init, startThread: start, defer } = deps;
    this.#thread = new RtcThread({
      clock,
      log,
      init,
      start,
      defer,
      onReport: (report) => this.#take(report),
      onGone: () => this.#threadGone(),
    });
  }

  /** Those with a channel. */
  get connected(): number {
    return this.#connected;
  }

  /** Those that have an answer and did not come yet, or wait for one. */
  get expected(): number {
    return this.#peers.size - this.#connected;
  }

  get restarts(): number {
    return this.#thread.restarts;
  }

  /** Time until the thread may be started again, ms; 0 = it runs, or may be started now. */
  get pauseMs(): number {
    return this.#thread.isRunning ? 0 : this.#thread.pauseMs;
  }

  /**
   * Expects a peer.
   *
   * @returns the hub's session description
   * @throws {RequestError} THROTTLED_ERR over a limit, UNAVAILABLE_ERR when there is no answer to be had
   */
  async answer(offer: Offer): Promise<string> {
    this.#assertRoom(offer.from);
    this.#thread.ensureRunning();
    const number = (this.#lastNumber += 1);
    const answered = Promise.withResolvers<string>();
    const peer: Peer = { offer, answered, isAnswered: false, timer: undefined, transport: undefined };
    this.#peers.set(number, peer);
    this.#count(offer.from, 1);
    this.counts.offers += 1;
    this.#awaitAnswer(peer);
    this.#thread.post({ type: 'offer', peer: number, sdp: offer.sdp, addresses: offer.addresses });
    return answered.promise;
  }

  /** Ends the thread, and with it every peer. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #assertRoom(from: string): void {
    const { maxPeers, maxPeersPerAddress } = this.#deps.limits;
    const extra = { retry_after_ms: RETRY_AFTER_MS };
    if (this.#peers.size >= orNone(maxPeers))
      throw new RequestError('THROTTLED_ERR', 'Cannot take the offer: the hub has all the peers it takes', { extra });
    if (!isLoopbackAddress(from) && (this.#byNetwork.get(networkOf(from)) ?? 0) >= orNone(maxPeersPerAddress))
      throw new RequestError('THROTTLED_ERR', 'Cannot take the offer: this address has too many peers', { extra });
  }

  #awaitAnswer(peer: Peer): void {
    peer.timer?.[Symbol.dispose]();
    peer.timer = this.#deps.clock.after(ANSWER_WITHIN_MS, () => this.#thread.kill());
  }

  /** With a range of ports offers are answered one after the other: those behind one that is done have not been begun before. */
  #awaitThoseBehind(number: number): void {
    if (this.#deps.thread.portRange === undefined) return;
    for (const [behind, peer] of this.#peers) if (behind > number && !peer.isAnswered) this.#awaitAnswer(peer);
  }

  #count(from: string, by: number): void {
    const network = networkOf(from);
    const count = (this.#byNetwork.get(network) ?? 0) + by;
    if (count === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, count);
  }

  #take(report: RtcReport): void {
    switch (report.type) {
      case 'tick':
        readAcks(report.acks, this.#acknowledged);
        if (report.frames !== undefined) readFrames(report.frames, this.#receive);
        return;
      case 'trouble':
        this.#deps.log.warn({ reason: report.text }, 'something went wrong on the WebRTC thread, which goes on');
        return;
      default:
        this.#takeOf(report);
    }
  }

  #takeOf(report: Exclude<RtcReport, { type: 'tick' | 'trouble' }>): void {
    if (report.type === 'answer' || report.type === 'refused') this.#awaitThoseBehind(report.peer);
    const peer = this.#peers.get(report.peer);
    if (peer === undefined) return;
    switch (report.type) {
      case 'answer':
        this.#answered(report.peer, peer, report.sdp);
        return;
      case 'refused':
        this.#deps.log.warn({ address: peer.offer.from, reason: report.text }, 'a WebRTC offer came to nothing');
        peer.answered.reject(new RequestError('UNAVAILABLE_ERR', 'Cannot answer the offer: no link can be made of it'));
        this.#forget(report.peer, peer, { code: 1_006, text: report.text });
        return;
      case 'open':
        this.#opened(report.peer, peer, report);
        return;
      case 'violation':
        peer.transport?.violated(report.violation);
        return;
      case 'closed':
        this.#forget(report.peer, peer, report);
    }
  }

  #answered(number: number, peer: Peer, sdp: string): void {
    const { clock, limits } = this.#deps;
    peer.timer?.[Symbol.dispose]();
    peer.timer =
      limits.handshakeTimeoutMs === 0 ? undefined : clock.after(limits.handshakeTimeoutMs, () => this.#drop(number));
    peer.isAnswered = true;
    peer.answered.resolve(sdp);
  }

  #opened(number: number, peer: Peer, link: { readonly remoteAddress: string; readonly maxFrameBytes: number }): void {
    const { clock, codec, acceptor, gate, limits } = this.#deps;
    peer.timer?.[Symbol.dispose]();
    const { remoteAddress, maxFrameBytes } = link;
    // It may come from another address than its offer.
    if (gate.barOf(remoteAddress) !== undefined) {
      this.#drop(number);
      return;
    }
    const thread = this.#thread;
    const transport = new PeerTransport({
      wire: {
        send: (frame) => {
          this.counts.bytesOut += frame.byteLength;
          thread.send(number, frame);
        },
        acknowledge: (bytes) => thread.acknowledge(number, bytes),
        close: () => thread.post({ type: 'close', peer: number }),
        cut: () => thread.post({ type: 'cut', peer: number }),
      },
      clock,
      remoteAddress,
      maxFrameBytes,
      highWaterBytes: limits.maxOutgoingBytes,
    });
    peer.transport = transport;
    this.#connected += 1;
    acceptor.accept({ transport, codec, credential: peer.offer.credential });
  }

  #drop(number: number): void {
    const peer = this.#peers.get(number);
    if (peer === undefined) return;
    this.#thread.post({ type: 'cut', peer: number });
    this.#forget(number, peer, { code: 1_006, text: '' });
  }

  #forget(number: number, peer: Peer, reason: CloseReason): void {
    this.#peers.delete(number);
    peer.timer?.[Symbol.dispose]();
    this.#count(peer.offer.from, -1);
    // After its answer, or its refusal, this changes nothing.
    peer.answered.reject(new RequestError('UNAVAILABLE_ERR', 'Cannot answer the offer: WebRTC is being started again'));
    if (peer.transport === undefined) {
      this.counts.abandoned += 1;
      return;
    }
    this.#connected -= 1;
    peer.transport.ended({ code: reason.code, text: reason.text });
  }

  #threadGone(): void {
    for (const [number, peer] of [...this.#peers])
      this.#forget(number, peer, { code: 1_006, text: 'WebRTC was started again' });
  }
}
