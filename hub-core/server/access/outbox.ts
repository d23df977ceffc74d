import type { Codec } from '../../common/protocol/codec.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { Transport } from '../../common/transport/transport.ts';
import type { ConnectionId } from '../../common/base/ids.ts';
import type { ConnectionLink, FrameTap } from './connection-deps.ts';
import { UnreadStreamBytes } from './unread-stream-bytes.ts';

function isMessage(message: Message | MessageInit): message is Message {
  return 'frame' in message;
}

export interface OutboxDeps {
  /** Bytes of answers that may wait to be read, Data of streams aside. */
  readonly maxUnreadBytes: number;
  readonly frames?: FrameTap | undefined;
}

/** What goes out over one connection: encoded, counted, and measured against what its other side does not read. */
export class Outbox {
  readonly #transport: Transport;
  readonly #codec: Codec;
  readonly #maxUnreadBytes: number;
  readonly #connection: ConnectionId;
  readonly #frames: FrameTap | undefined;
  #unreadStream: UnreadStreamBytes | undefined;
  #congested = false;
  #messages = 0;
  #bytes = 0;

  constructor({ id, transport, codec }: Pick<ConnectionLink, 'id' | 'transport' | 'codec'>, deps: OutboxDeps) {
    this.#connection = id;
    this.#transport = transport;
    this.#codec = codec;
    this.#maxUnreadBytes = deps.maxUnreadBytes;
    this.#frames = deps.frames;
  }

  /** Largest frame that may be written, bytes; Infinity = any: a link without a limit, or one that makes answers fit by itself. */
  get maxFrameBytes(): number {
    const { maxFrameBytes = Number.POSITIVE_INFINITY, callsOnly = false } = this.#transport;
    return callsOnly ? Number.POSITIVE_INFINITY : maxFrameBytes;
  }
  /** Over its high-water mark, and not drained since. */
  get congested(): boolean {
    return this.#congested;
  }
  /** Messages written. */
  get messages(): number {
    return this.#messages;
  }
  /** Bytes written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the frame of a message under another id and budget: patched in place when it was received as one */
  encode(message: Message | MessageInit, id: number, timeoutMs?: number): Uint8Array {
    if (isMessage(message)) return this.#codec.readdress(message, id, timeoutMs);
    return this.#codec.encode(timeoutMs === undefined ? { ...message, id } : { ...message, id, timeoutMs });
  }

  /**
   * @param message that the frame is of, under which id
   * @returns false when over the high-water mark
   */
  write(frame: Uint8Array, message: Message | MessageInit, id: number): boolean {
    if (this.#frames?.wanted === true) this.#frames.noted(this.#connection, 'out', message, id, frame.byteLength);
    this.#messages += 1;
    this.#bytes += frame.byteLength;
    const free = this.#transport.send(frame);
    if (!free) this.#congested = true;
    return free;
  }

  /** Writes a piece of a stream, which its credit bounds: it does not count as unread. */
  writeData(frame: Uint8Array, message: Message | MessageInit, id: number): void {
    this.write(frame, message, id);
    this.#unreadStream ??= new UnreadStreamBytes();
    this.#unreadStream.add(frame.byteLength, this.#bytes, this.#transport.bufferedBytes);
  }

  /** Whether an answer may still wait with those that wait already. */
  hasRoomFor(frame: Uint8Array): boolean {
    const { bufferedBytes } = this.#transport;
    const ofStreams = this.#unreadStream?.waiting(this.#bytes - bufferedBytes) ?? 0;
    return bufferedBytes - ofStreams + frame.byteLength <= this.#maxUnreadBytes;
  }

  /** The other side has read. @returns true when it was congested until now */
  drained(): boolean {
    const was = this.#congested;
    this.#congested = false;
    return was;
  }
}
