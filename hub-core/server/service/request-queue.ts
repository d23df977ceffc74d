import { Timed } from '../../common/dispatch/deadline-wheel.ts';

export interface QueueLimits {
  /** 0 = no limit. */
  readonly queueMessages: number;
  readonly queueBytes: number;
}

/** What can wait in a queue; the queue's links are in the entry itself, so that waiting allocates nothing. */
export abstract class QueueEntry extends Timed {
  /** @internal */
  queueNext: QueueEntry | undefined = undefined;
  /** @internal */
  queuePrevious: QueueEntry | undefined = undefined;
  /** Bytes that waiting keeps in memory, about; the queue is told when they grow while it waits. */
  abstract get heldBytes(): number;
}

/** Requests of one service that wait for a free channel, first come first served, bounded in number and bytes. */
export class RequestQueue<T extends QueueEntry> {
  readonly #limits: QueueLimits;
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): T | undefined {
    return this.#first;
  }

  /** The one that came after `exchange`. */
  after(exchange: T): T | undefined {
    return exchange.queueNext as T | undefined;
  }

  /** All of them as they stand now, first come first. */
  toArray(): readonly T[] {
    const all: T[] = [];
    for (let entry = this.#first; entry !== undefined; entry = this.after(entry)) all.push(entry);
    return all;
  }

  /** @returns false when it is full: the exchange was not taken */
  pushBack(exchange: T): boolean {
    const { queueMessages, queueBytes } = this.#limits;
    const bytes = exchange.heldBytes;
    if (queueMessages > 0 && this.#size >= queueMessages) return false;
    if (queueBytes > 0 && this.#bytes + bytes > queueBytes) return false;
    exchange.queuePrevious = this.#last;
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.queueNext = exchange;
    this.#last = exchange;
    this.#count(1, bytes);
    return true;
  }

  /** Puts it before all others and over the limits: for a request that was let in before and lost its provider. */
  pushFront(exchange: T): void {
    exchange.queueNext = this.#first;
    if (this.#first === undefined) this.#last = exchange;
    else this.#first.queuePrevious = exchange;
    this.#first = exchange;
    this.#count(1, exchange.heldBytes);
  }

  /** Takes out one that is in it, wherever it stands. */
  remove(exchange: T): void {
    // All entries of one queue are of its type, so are the neighbours of one of them.
    const queueNext = exchange.queueNext as T | undefined;
    const queuePrevious = exchange.queuePrevious as T | undefined;
    if (queuePrevious === undefined) this.#first = queueNext;
    else queuePrevious.queueNext = queueNext;
    if (queueNext === undefined) this.#last = queuePrevious;
    else queueNext.queuePrevious = queuePrevious;
    exchange.queueNext = undefined;
    exchange.queuePrevious = undefined;
    this.#count(-1, -exchange.heldBytes);
  }

  /** One that waits keeps so many bytes more. Over the limit too: its credit bounds them. */
  grew(bytes: number): void {
    this.#bytes += bytes;
  }

  #count(messages: number, bytes: number): void {
    this.#size += messages;
    this.#bytes += bytes;
  }
}
