import type { Clock } from '../../../common/base/clock.ts';
import type { ConnectionId } from '../../../common/base/ids.ts';
import { HUB_ID_BIT } from '../../../common/protocol/message.ts';
import { FRAME_FIELDS, FrameField, type FrameBatch, type FrameDirection } from '../../../common/traffic/frames.ts';
import type { FrameNote, FrameTap } from '../../access/connection-deps.ts';
import type { Exchange } from '../../service/exchange.ts';

const FIRST_CAPACITY = 512;
/** So that a connection and an id of 32 bits make one number that is exact. */
const IDS = 2 ** 32;
const MAX_CONNECTIONS = 2 ** 20;

export interface FrameLogDeps {
  readonly clock: Clock;
  readonly wanted: () => boolean;
  /** False: there is no room for one more. */
  readonly hasRoom: () => boolean;
  readonly added: () => void;
}

/** Notes frames as numbers in one buffer, and which exchange each belongs to as far as that is known. */
export class FrameLog implements FrameTap {
  readonly #deps: FrameLogDeps;
  #frames = new Float64Array(FIRST_CAPACITY * FRAME_FIELDS);
  #count = 0;
  #dropped = 0;
  /** Places of connections in this batch. */
  readonly #places = new Map<ConnectionId, number>();
  /** Numbers of connections, for keys; forgotten with everything else when they become too many. */
  readonly #numbers = new Map<ConnectionId, number>();
  /** Exchanges by connection and id of their callers, and by the hub's id. */
  readonly #asked = new Map<number, number>();
  readonly #handed = new Map<number, number>();
  /** The hub's id that an exchange had last. */
  readonly #hubIds = new Map<number, number>();
  /** Those that ended in this batch: their last frame may still come. */
  #over: { readonly key: number; readonly seq: number }[] = [];

  constructor(deps: FrameLogDeps) {
    this.#deps = deps;
  }

  get wanted(): boolean {
    return this.#deps.wanted();
  }

  /** Frames that are noted and not taken. */
  get count(): number {
    return this.#count;
  }

  /** Bytes that they take. */
  get bytes(): number {
    return this.#count * FRAME_FIELDS * Float64Array.BYTES_PER_ELEMENT;
  }

  // oxlint-disable-next-line max-params -- the tap's signature: an object for each frame would cost on the hot path
  noted(connection: ConnectionId, direction: FrameDirection, message: FrameNote, id: number, bytes: number): void {
    if (!this.#deps.hasRoom()) {
      this.#dropped += 1;
      return;
    }
    this.#reserve();
    const at = this.#count * FRAME_FIELDS;
    const frames = this.#frames;
    frames[at + FrameField.At] = this.#deps.clock.nowMs();
    frames[at + FrameField.Connection] = this.#placeOf(connection);
    frames[at + FrameField.Direction] = direction === 'in' ? 0 : 1;
    frames[at + FrameField.Kind] = message.kind;
    frames[at + FrameField.Method] = message.method ?? 0;
    frames[at + FrameField.Status] = message.status ?? 0;
    frames[at + FrameField.Flags] = message.flags ?? 0;
    frames[at + FrameField.Id] = id;
    frames[at + FrameField.Bytes] = bytes;
    frames[at + FrameField.Exchange] = this.#exchangeOf(connection, id);
    this.#count += 1;
    this.#deps.added();
  }

  /** The exchange was recorded; its request was the last frame that was noted, if it came as one. */
  began({ caller, requestId, captureSeq }: Exchange): void {
    if (!this.wanted) return;
    this.#asked.set(this.#keyOf(caller.connectionId, requestId), captureSeq);
    const at = (this.#count - 1) * FRAME_FIELDS;
    const isIts =
      this.#count > 0 &&
      this.#frames[at + FrameField.Id] === requestId &&
      this.#frames[at + FrameField.Connection] === this.#places.get(caller.connectionId);
    if (isIts) this.#frames[at + FrameField.Exchange] = captureSeq;
  }

  handed({ captureSeq }: Exchange, id: number): void {
    if (!this.wanted) return;
    const before = this.#hubIds.get(captureSeq);
    if (before !== undefined) this.#handed.delete(before);
    this.#hubIds.set(captureSeq, id);
    this.#handed.set(id, captureSeq);
  }

  ended({ caller, requestId, captureSeq }: Exchange): void {
    if (!this.wanted) return;
    this.#over.push({ key: this.#keyOf(caller.connectionId, requestId), seq: captureSeq });
  }

  /** @returns what was noted since the last call, which is the caller's; undefined when that is nothing */
  take(): FrameBatch | undefined {
    this.#forgetEnded();
    if (this.#count === 0) return undefined;
    const batch = { connections: [...this.#places.keys()], frames: this.#frames.slice(0, this.#count * FRAME_FIELDS) };
    this.#count = 0;
    this.#places.clear();
    return batch;
  }

  /** Frames that there was no room for since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #forgetEnded(): void {
    if (!this.wanted || this.#numbers.size > MAX_CONNECTIONS) {
      for (const map of [this.#asked, this.#handed, this.#hubIds, this.#numbers]) map.clear();
    }
    for (const { key, seq } of this.#over) {
      // The id may belong to another request by now.
      if (this.#asked.get(key) === seq) this.#asked.delete(key);
      const hubId = this.#hubIds.get(seq);
      if (hubId === undefined) continue;
      this.#hubIds.delete(seq);
      if (this.#handed.get(hubId) === seq) this.#handed.delete(hubId);
    }
    this.#over = [];
  }

  #exchangeOf(connection: ConnectionId, id: number): number {
    if (id === 0) return 0;
    return (id >= HUB_ID_BIT ? this.#handed.get(id) : this.#asked.get(this.#keyOf(connection, id))) ?? 0;
  }

  #keyOf(connection: ConnectionId, id: number): number {
    let number = this.#numbers.get(connection);
    if (number === undefined) this.#numbers.set(connection, (number = this.#numbers.size));
    return number * IDS + id;
  }

  #placeOf(connection: ConnectionId): number {
    let place = this.#places.get(connection);
    if (place === undefined) this.#places.set(connection, (place = this.#places.size));
    return place;
  }

  #reserve(): void {
    if ((this.#count + 1) * FRAME_FIELDS <= this.#frames.length) return;
    const grown = new Float64Array(this.#frames.length * 2);
    grown.set(this.#frames);
    this.#frames = grown;
  }
}
