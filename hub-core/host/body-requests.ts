import type { StoredBodyPart } from '../capture/stored-exchange.ts';
import type { BodyAnswer, BodyRequest } from './thread-messages.ts';

export type BodyWish = Omit<BodyRequest, 'type' | 'id'>;

/** Reads of stored bodies that are on their way to the capture thread. */
export class BodyRequests {
  readonly #waiting = new Map<number, PromiseWithResolvers<StoredBodyPart | undefined>>();
  #lastId = 0;

  /** @param send hands the request over @returns rejects when the thread is gone before it answers */
  ask(wish: BodyWish, send: (request: BodyRequest) => void): Promise<StoredBodyPart | undefined> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<StoredBodyPart | undefined>();
    this.#waiting.set(id, waiting);
    send({ type: 'body', id, ...wish });
    return waiting.promise;
  }

  settle({ id, body }: BodyAnswer): void {
    this.#waiting.get(id)?.resolve(body);
    this.#waiting.delete(id);
  }

  /** The thread is gone. */
  fail(): void {
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Error('Cannot read a stored body: the traffic store was started again'));
    }
    this.#waiting.clear();
  }
}
