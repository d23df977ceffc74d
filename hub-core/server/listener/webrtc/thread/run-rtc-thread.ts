import type { MessagePort } from 'node:worker_threads';
import { readAcks, readFrames } from '../frame-batch.ts';
import { TickQueue } from '../tick-queue.ts';
import type { RtcCommand, RtcReport, RtcThreadInit } from '../thread-messages.ts';
import { RtcPeer, type RtcPeerEvents } from './rtc-peer.ts';

/** Of what goes wrong, so much is told of each second. */
const MAX_TROUBLES_PER_SECOND = 5;
const SECOND_MS = 1_000;
/** werift waits for ever for a port that it cannot have. */
const ANSWER_WITHIN_MS = 5_000;

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws {Error} when it takes too long */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error('Cannot answer the offer: no port was to be had')),
    ANSWER_WITHIN_MS,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The WebRTC thread: every peer of one hub. */
class RtcPeers implements RtcPeerEvents {
  readonly #port: MessagePort;
  readonly #init: RtcThreadInit;
  readonly #peers = new Map<number, RtcPeer>();
  readonly #ticks: TickQueue;
  #answering: Promise<void> = Promise.resolve();
  readonly #sendTo = (number: number, frame: Uint8Array): void => this.#peers.get(number)?.send(frame);
  readonly #acknowledge = (number: number, bytes: number): void => this.#peers.get(number)?.acknowledged(bytes);

  constructor(port: MessagePort, init: RtcThreadInit) {
    this.#port = port;
    this.#init = init;
    this.#ticks = new TickQueue({
      post: (tick, transfer) => port.postMessage(tick, transfer),
      // All packets of one look at the sockets, and the answers to them, go in one message.
      defer: (flush) => void setImmediate(flush),
    });
  }

  take(command: RtcCommand): void {
    switch (command.type) {
      case 'tick':
        readAcks(command.acks, this.#acknowledge);
        if (command.frames !== undefined) readFrames(command.frames, this.#sendTo);
        return;
      case 'offer':
        // werift looks for a free port of a range and takes it later: two at once would find the same.
        if (this.#init.portRange === undefined) void this.#answer(command);
        else this.#answering = this.#answering.then(() => this.#answer(command));
        return;
      case 'close':
        this.#peers.get(command.peer)?.close();
        return;
      case 'cut':
        this.#peers.get(command.peer)?.cut();
    }
  }

  opened(peer: RtcPeer): void {
    const { number, remoteAddress, maxFrameBytes } = peer;
    this.#report({ type: 'open', peer: number, remoteAddress, maxFrameBytes });
  }

  received({ number }: RtcPeer, frame: Uint8Array): void {
    this.#ticks.send(number, frame);
  }

  sent({ number }: RtcPeer, bytes: number): void {
    this.#ticks.acknowledge(number, bytes);
  }

  violated({ number }: RtcPeer, violation: Parameters<RtcPeerEvents['violated']>[1]): void {
    this.#report({ type: 'violation', peer: number, violation });
  }

  closed({ number }: RtcPeer, code: number, text: string): void {
    this.#peers.delete(number);
    this.#report({ type: 'closed', peer: number, code, text });
  }

  async #answer({ peer: number, sdp, addresses }: Extract<RtcCommand, { type: 'offer' }>): Promise<void> {
    let peer: RtcPeer | undefined;
    try {
      peer = new RtcPeer(number, { ...this.#init, addresses }, this);
      this.#peers.set(number, peer);
      this.#report({ type: 'answer', peer: number, sdp: await inTime(peer.answer(sdp)) });
    } catch (error) {
      this.#peers.delete(number);
      this.#report({ type: 'refused', peer: number, text: describe(error) });
      peer?.cut();
    }
  }

  /** Everything that came before goes before it. */
  #report(report: RtcReport): void {
    this.#ticks.flush();
    this.#port.postMessage(report);
  }
}

/**
 * Runs the peers of a hub until the thread is ended.
 *
 * A packet from a stranger that makes werift throw ends nothing but itself: it throws within the packet's own call.
 */
export function runRtcThread(port: MessagePort, init: RtcThreadInit): void {
  const peers = new RtcPeers(port, init);
  let told = 0;
  const tell = (error: unknown): void => {
    told += 1;
    if (told <= MAX_TROUBLES_PER_SECOND)
      port.postMessage({ type: 'trouble', text: describe(error) } satisfies RtcReport);
  };
  setInterval(() => (told = 0), SECOND_MS).unref();
  process.on('uncaughtException', tell);
  process.on('unhandledRejection', tell);
  port.on('message', (command: RtcCommand) => peers.take(command));
}
