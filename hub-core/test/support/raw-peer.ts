/** A TCP connection to a hub that says exactly what a test makes it say, as slowly as it likes. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How long a peer that drips waits from one byte to the next, ms. */
const DRIP_MS = 10;

export class RawPeer implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #received = Buffer.alloc(0);
  #ended = false;
  readonly #waiters: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#tellWaiters();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#tellWaiters();
      resolve();
    });
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  /** Everything so far, byte for byte. */
  get received(): string {
    return this.#received.toString('latin1');
  }

  /** Resolves when the bytes have left, or when there is nobody to take them. */
  async write(bytes: string | Uint8Array): Promise<void> {
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    if (this.#ended || this.#socket.write(data)) return;
    await Promise.race([once(this.#socket, 'drain').catch(() => undefined), this.#closed]);
  }

  /** Writes one byte a packet, without a pause that the hub could take for slowness. */
  async writeByteByByte(bytes: string | Uint8Array): Promise<void> {
    for (const byte of Buffer.from(bytes)) {
      await this.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Writes a byte now and then until the hub has said `end`. @returns everything that it said */
  async drip(bytes: string | Uint8Array, end: string): Promise<string> {
    const source = Buffer.from(bytes);
    let at = 0;
    const timer = setInterval(() => {
      if (!this.#ended && at < source.length) this.#socket.write(source.subarray(at, (at += 1)));
    }, DRIP_MS);
    try {
      return await this.until(end);
    } finally {
      clearInterval(timer);
    }
  }

  /** @returns everything that the hub said up to `text` and a little behind; rejects when it closes without that */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      if (this.#ended) throw new Error(`Closed before "${text}", after "${this.received.slice(-500)}"`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.push(resolve);
      await promise;
    }
    return this.received;
  }

  /** @returns everything that the hub said before it closed */
  async untilClosed(): Promise<string> {
    await this.#closed;
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  #tellWaiters(): void {
    for (const tell of this.#waiters.splice(0)) tell();
  }
}

export interface FrameParts {
  /** Default: text. */
  readonly opcode?: number;
  /** Default: true. */
  readonly isLast?: boolean;
  /** What the head says, when that is not true. */
  readonly declaredLength?: bigint;
}

/** A client's WebSocket frame (RFC 6455, section 5.2), masked with zeros. */
export function webSocketFrame(payload: string | Uint8Array, parts: FrameParts = {}): Buffer {
  const { opcode = 1, isLast = true, declaredLength } = parts;
  const body = Buffer.from(payload);
  const length = declaredLength ?? BigInt(body.length);
  const head = Buffer.alloc(length < 126n ? 2 : length < 65_536n ? 4 : 10);
  head[0] = opcode | (isLast ? 0x80 : 0);
  head[1] = 0x80 | (head.length === 2 ? Number(length) : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(Number(length), 2);
  if (head.length === 10) head.writeBigUInt64BE(length, 2);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}
