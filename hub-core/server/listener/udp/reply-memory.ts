/** What all sessions remember together, so that their number bounds nothing. */
export class ReplyBudget {
  readonly maxBytes: number;
  usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }
}

export interface ReplyMemoryLimits {
  readonly replyMemoryMs: number;
  readonly replyMemoryBytes: number;
}

/** A reply's object and its place in the map, as they weigh. */
const ENTRY_BYTES = 160;

interface KeptReply {
  readonly datagram: Uint8Array;
  readonly expiresAtMs: number;
}

/** The answers of one session that may be asked for again, oldest first; bounded in time and bytes. */
export class ReplyMemory {
  readonly #limits: ReplyMemoryLimits;
  readonly #budget: ReplyBudget;
  readonly #replies = new Map<number, KeptReply>();
  #bytes = 0;

  constructor(limits: ReplyMemoryLimits, budget: ReplyBudget) {
    this.#limits = limits;
    this.#budget = budget;
  }

  get size(): number {
    return this.#replies.size;
  }

  get(id: number): Uint8Array | undefined {
    return this.#replies.get(id)?.datagram;
  }

  /** The oldest make room; one that is too large for the memory is not kept. */
  keep(id: number, datagram: Uint8Array, nowMs: number): void {
    this.#forget(id);
    const bytes = datagram.byteLength + ENTRY_BYTES;
    for (const oldest of this.#replies.keys()) {
      if (this.#hasRoom(bytes)) break;
      this.#forget(oldest);
    }
    if (!this.#hasRoom(bytes)) return;
    this.#replies.set(id, { datagram, expiresAtMs: nowMs + this.#limits.replyMemoryMs });
    this.#count(bytes);
  }

  /** Lets go what is past its time. */
  expire(nowMs: number): void {
    for (const [id, { expiresAtMs }] of this.#replies) {
      if (expiresAtMs > nowMs) return;
      this.#forget(id);
    }
  }

  clear(): void {
    this.#replies.clear();
    this.#count(-this.#bytes);
  }

  #hasRoom(bytes: number): boolean {
    const { maxBytes, usedBytes } = this.#budget;
    return this.#bytes + bytes <= this.#limits.replyMemoryBytes && usedBytes + bytes <= maxBytes;
  }

  #forget(id: number): void {
    const reply = this.#replies.get(id);
    if (reply === undefined) return;
    this.#replies.delete(id);
    this.#count(-(reply.datagram.byteLength + ENTRY_BYTES));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.usedBytes += bytes;
  }
}
