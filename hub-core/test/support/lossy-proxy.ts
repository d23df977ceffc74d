/** A way between UDP clients and a hub that loses, doubles and reorders datagrams, by a seed. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Random } from '../../common/base/random.ts';

export interface LossyProxyOptions {
  /** Of the hub, on 127.0.0.1. */
  readonly port: number;
  readonly random: Random;
  /** Part of the datagrams of each direction that never arrive. */
  readonly loss: number;
  /** Part that arrives twice. */
  readonly duplication: number;
  /** Part that arrives after others that were sent later. */
  readonly reordering: number;
}

/** How long a datagram that is overtaken is held back at most, ms. */
const HOLD_MS = 30;

export class LossyProxy implements AsyncDisposable {
  readonly port: number;
  readonly counts = { passed: 0, lost: 0, doubled: 0, reordered: 0 };
  readonly #options: LossyProxyOptions;
  readonly #socket: Socket;
  /** The hub's side, one for each client's port, so that each is an address of its own. */
  readonly #upstream = new Map<number, Socket>();
  readonly #held = new Set<NodeJS.Timeout>();
  /** Nothing passes. */
  isCut = false;

  private constructor(socket: Socket, options: LossyProxyOptions) {
    this.#socket = socket;
    this.#options = options;
    this.port = socket.address().port;
    socket.on('message', (datagram, { port }) => {
      const upstream = this.#upstreamOf(port);
      this.#pass(() => upstream.send(datagram, options.port, '127.0.0.1'));
    });
  }

  static async start(options: LossyProxyOptions): Promise<LossyProxy> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new LossyProxy(socket, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#held) clearTimeout(timer);
    for (const socket of [...this.#upstream.values(), this.#socket]) {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    }
  }

  #upstreamOf(port: number): Socket {
    const known = this.#upstream.get(port);
    if (known !== undefined) return known;
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.on('message', (datagram) => this.#pass(() => this.#socket.send(datagram, port, '127.0.0.1')));
    this.#upstream.set(port, socket);
    return socket;
  }

  #pass(deliver: () => void): void {
    const { random, loss, duplication, reordering } = this.#options;
    if (this.isCut || random() < loss) {
      this.counts.lost += 1;
      return;
    }
    this.counts.passed += 1;
    if (random() < reordering) {
      this.counts.reordered += 1;
      this.#hold(deliver);
    } else {
      deliver();
    }
    if (random() >= duplication) return;
    this.counts.doubled += 1;
    this.#hold(deliver);
  }

  #hold(deliver: () => void): void {
    const timer = setTimeout(() => {
      this.#held.delete(timer);
      deliver();
    }, this.#options.random() * HOLD_MS);
    this.#held.add(timer);
  }
}
