import type { Answer } from './middleware-chain.ts';

/** Data of an answer's stream, which wait until its beginning has been through the hooks. Their credit bounds them. */
export class AnswerTail {
  readonly #deliver: (data: Answer) => void;
  #waiting: Answer[] = [];
  #state: 'waits' | 'flows' | 'dropped' = 'waits';

  constructor(deliver: (data: Answer) => void) {
    this.#deliver = deliver;
  }

  add(data: Answer): void {
    if (this.#state === 'flows') this.#deliver(data);
    else if (this.#state === 'waits') this.#waiting.push(data);
  }

  /** Delivers what has come, in its order, and what comes from now on. */
  release(): void {
    this.#state = 'flows';
    const waited = this.#waiting;
    this.#waiting = [];
    for (const data of waited) this.#deliver(data);
  }

  /** What has come and what comes reaches nobody. */
  drop(): void {
    this.#state = 'dropped';
    this.#waiting = [];
  }
}
