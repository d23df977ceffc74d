// A TCP socket that carries frames behind their lengths, as `ws` carries messages: what a plain program makes of `net`.
import { EventEmitter } from 'node:events';

const LENGTH_BYTES = 4;

export class TcpLink extends EventEmitter {
  // oxlint-disable typescript/prefer-readonly -- JavaScript has no such modifier
  #socket;
  #defer;
  // oxlint-enable typescript/prefer-readonly
  #held = Buffer.alloc(0);

  /**
   * @param {import('node:net').Socket} socket
   * @param {(flush: () => void) => void} defer when the writes of one tick leave: `process.nextTick` or `setImmediate`
   */
  constructor(socket, defer) {
    super();
    this.#socket = socket.setNoDelay(true);
    this.#defer = defer;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('close', () => this.emit('close'));
    socket.on('error', () => {});
  }

  /** @param {Buffer} frame is copied: it may be written to again at once */
  send(frame) {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      this.#defer(() => this.#socket.uncork());
    }
    const bytes = Buffer.allocUnsafe(LENGTH_BYTES + frame.byteLength);
    bytes.writeUInt32LE(frame.byteLength, 0);
    bytes.set(frame, LENGTH_BYTES);
    this.#socket.write(bytes);
  }

  terminate() {
    this.#socket.destroy();
  }

  #read(chunk) {
    let bytes = this.#held.byteLength === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.byteLength >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + bytes.readUInt32LE(0);
      if (bytes.byteLength < end) break;
      this.emit('message', bytes.subarray(LENGTH_BYTES, end));
      bytes = bytes.subarray(end);
    }
    this.#held = bytes;
  }
}
