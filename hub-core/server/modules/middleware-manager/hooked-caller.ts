import { Flag } from '../../../common/protocol/message.ts';
import { CallerDecorator } from '../../access/caller-decorator.ts';
import type { Caller } from '../../relay.ts';
import type { Answer } from './middleware-chain.ts';

export const isStream = ({ flags = 0 }: Answer): boolean => (flags & Flag.Stream) !== 0;

/** A caller whose answer hooks look at first. Of a stream, what comes meanwhile waits, as much as the caller gave credit for. */
export class HookedCaller extends CallerDecorator {
  readonly #onAnswer: (caller: HookedCaller, answer: Answer) => void;
  #state: 'waiting' | 'open' | 'closed' = 'waiting';
  #pieces: Answer[] = [];

  constructor(inner: Caller, onAnswer: (caller: HookedCaller, answer: Answer) => void) {
    super(inner);
    this.#onAnswer = onAnswer;
  }

  override respond(_requestId: number, answer: Answer): void {
    this.#onAnswer(this, answer);
  }

  override data(requestId: number, data: Answer): void {
    if (this.#state === 'open') this.inner.data(requestId, data);
    else if (this.#state === 'waiting') this.#pieces.push(data);
    // Else it was given another answer, which is whole.
  }

  /** Gives the caller its answer, and what of its stream came meanwhile. */
  deliver(requestId: number, answer: Answer): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#state = isStream(answer) ? 'open' : 'closed';
    this.inner.respond(requestId, answer);
    if (this.#state === 'open') for (const piece of pieces) this.inner.data(requestId, piece);
  }
}
