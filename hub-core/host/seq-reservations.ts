import type { CaptureLinkAnswer } from './thread-messages.ts';

type Reserve = Extract<CaptureLinkAnswer, { type: 'reserve' }>;

/** The capture thread's wishes for numbers of rows that no exchange of the hub makes. */
export class SeqReservations {
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  #lastId = 0;

  /** @param send hands the wish to the hub @returns the first of `count` numbers; rejects when the hub is gone before it answers */
  ask(count: number, send: (reserve: Reserve) => void): Promise<number> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<number>();
    this.#waiting.set(id, waiting);
    send({ type: 'reserve', id, count });
    return waiting.promise;
  }

  settle(id: number, firstSeq: number): void {
    this.#waiting.get(id)?.resolve(firstSeq);
    this.#waiting.delete(id);
  }

  /** The hub's thread is gone. */
  fail(): void {
    for (const waiting of this.#waiting.values())
      waiting.reject(new Error('Cannot import: the hub was started again meanwhile'));
    this.#waiting.clear();
  }
}
