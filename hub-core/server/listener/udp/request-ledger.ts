import { ReplayWindow } from '../../../common/transport/datagram/replay-window.ts';
import type { ReplyMemory } from './reply-memory.ts';

/** Requests that may arrive out of order, or late, before the oldest of them is refused. */
const WINDOW_REQUESTS = 65_536;
/** Ids from here up are counted by themselves: programs take them that send beside their SDK. */
const SECOND_RANGE = 0x4000_0000;

/**
 * What is known of a request by its id: `new` is to be handled, `pending` is being handled, `answered` has its answer in the
 * memory, `over` was handled, or may have been, and there is no answer to be had.
 */
export type RequestStanding = 'new' | 'pending' | 'answered' | 'over';

/**
 * Makes sure that no request of a session is handled twice, however often it is sent: not while its answer is remembered,
 * and not afterwards either. For that a client's ids go up, as the memory of all that ever came would have no bound.
 */
export class RequestLedger {
  readonly #replies: ReplyMemory;
  readonly #pending = new Set<number>();
  #low: ReplayWindow | undefined;
  #high: ReplayWindow | undefined;

  constructor(replies: ReplyMemory) {
    this.#replies = replies;
  }

  /** @param id 1 to 0x7fffffff */
  standingOf(id: number): RequestStanding {
    if (this.#pending.has(id)) return 'pending';
    if (this.#replies.get(id) !== undefined) return 'answered';
    return this.#windowOf(id).isFresh(indexOf(id)) ? 'new' : 'over';
  }

  /** @param answered false for a one-way request, which is over at once */
  began(id: number, answered: boolean): void {
    this.#windowOf(id).mark(indexOf(id));
    if (answered) this.#pending.add(id);
  }

  ended(id: number, datagram: Uint8Array, nowMs: number): void {
    this.#pending.delete(id);
    this.#replies.keep(id, datagram, nowMs);
  }

  clear(): void {
    this.#pending.clear();
    this.#replies.clear();
  }

  #windowOf(id: number): ReplayWindow {
    if (id < SECOND_RANGE) return (this.#low ??= new ReplayWindow(WINDOW_REQUESTS));
    return (this.#high ??= new ReplayWindow(WINDOW_REQUESTS));
  }
}

function indexOf(id: number): number {
  return id < SECOND_RANGE ? id : id - SECOND_RANGE + 1;
}
