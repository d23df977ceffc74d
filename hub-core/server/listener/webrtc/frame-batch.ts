/** Before each frame: number of the peer and length of the frame, both u32, little-endian. */
const HEAD_BYTES = 8;

/** Frames of many peers on their way to the other thread, in one buffer that changes hands. */
export class FrameBatch {
  #peers: number[] = [];
  #frames: Uint8Array[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Bytes of what was added, heads included. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** @param frame not written to before {@link take} */
  add(peer: number, frame: Uint8Array): void {
    this.#peers.push(peer);
    this.#frames.push(frame);
    this.#bytes += HEAD_BYTES + frame.byteLength;
  }

  /** Everything in order, in a buffer of exactly its size; nothing is left. */
  take(): ArrayBuffer {
    const bytes = new Uint8Array(this.#bytes);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const [index, frame] of this.#frames.entries()) {
      view.setUint32(at, this.#peers[index] ?? 0, true);
      view.setUint32(at + 4, frame.byteLength, true);
      bytes.set(frame, at + HEAD_BYTES);
      at += HEAD_BYTES + frame.byteLength;
    }
    this.#peers = [];
    this.#frames = [];
    this.#bytes = 0;
    return bytes.buffer;
  }
}

/** @param receive is given each frame in order, as a view of its own part of `buffer` */
export function readFrames(buffer: ArrayBuffer, receive: (peer: number, frame: Uint8Array) => void): void {
  const view = new DataView(buffer);
  for (let at = 0; at < buffer.byteLength;) {
    const peer = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    receive(peer, new Uint8Array(buffer, at + HEAD_BYTES, length));
    at += HEAD_BYTES + length;
  }
}

/** Bytes by peer that the other thread need not count any more. */
export class ByteAcks {
  readonly #bytes = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#bytes.size === 0;
  }

  add(peer: number, bytes: number): void {
    this.#bytes.set(peer, (this.#bytes.get(peer) ?? 0) + bytes);
  }

  /** Peer and bytes in turn; nothing is left. */
  take(): readonly number[] {
    const acks = [...this.#bytes].flat();
    this.#bytes.clear();
    return acks;
  }
}

/** @param receive is given what one {@link ByteAcks.take} gave */
export function readAcks(acks: readonly number[], receive: (peer: number, bytes: number) => void): void {
  for (let at = 0; at + 1 < acks.length; at += 2) receive(acks[at] ?? 0, acks[at + 1] ?? 0);
}
