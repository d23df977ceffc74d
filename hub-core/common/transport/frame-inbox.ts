import { Emitter, type Event } from '../base/emitter.ts';

/**
 * Announces frames in order and keeps those that come before the first subscriber for it, as a transport promises.
 * What is kept is bounded by the sender's patience, not here: a hub subscribes in the tick that opens the link.
 */
export class FrameInbox {
  readonly #emitter = new Emitter<Uint8Array>();
  #kept: Uint8Array[] | undefined = [];

  readonly onFrame: Event<Uint8Array> = { subscribe: (listener) => this.#subscribe(listener) };

  push(frame: Uint8Array): void {
    if (this.#kept === undefined) this.#emitter.emit(frame);
    else this.#kept.push(frame);
  }

  /** Announces nothing more. */
  close(): void {
    this.#kept = undefined;
    this.#emitter[Symbol.dispose]();
  }

  #subscribe(listener: (frame: Uint8Array) => void): Disposable {
    const subscription = this.#emitter.event.subscribe(listener);
    // A frame that comes in while the kept ones are told belongs behind them, so the list is emptied before it is dropped.
    const kept = this.#kept;
    for (let frame = kept?.shift(); frame !== undefined; frame = kept?.shift()) this.#emitter.emit(frame);
    if (this.#kept === kept) this.#kept = undefined;
    return subscription;
  }
}
