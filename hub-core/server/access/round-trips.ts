import type { Clock } from '../../common/base/clock.ts';
import { RequestError, type HubError } from '../../common/errors/hub-error.ts';
import { Kind, type MessageInit } from '../../common/protocol/message.ts';

interface Measured {
  readonly sentMs: number;
  readonly timer: Disposable;
  readonly done: PromiseWithResolvers<number>;
}

/** Measurements of one connection that may be on their way at a time: more would only measure each other. */
const MAX_WAITING = 8;

/** Pings that somebody waits for. Those of the heartbeat have the id 0 and are none of them. */
export class RoundTrips {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Measured>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Sends a Ping with an id of its own.
   *
   * @returns ms until its Pong came
   * @throws {RequestError} TIMEOUT_ERR after `timeoutMs`, CONFLICT_ERR while 8 of them wait
   */
  measure(send: (ping: MessageInit) => void, timeoutMs: number): Promise<number> {
    if (this.#waiting.size >= MAX_WAITING) {
      const text = `Cannot send another Ping: ${String(MAX_WAITING)} of this connection wait for their answer; try again later`;
      return Promise.reject(new RequestError('CONFLICT_ERR', text));
    }
    const id = ++this.#lastId;
    const done = Promise.withResolvers<number>();
    const timer = this.#clock.after(timeoutMs, () => {
      this.#waiting.delete(id);
      const text = `Cannot measure the round trip: no answer to Ping within ${String(timeoutMs)} ms`;
      done.reject(new RequestError('TIMEOUT_ERR', text));
    });
    this.#waiting.set(id, { sentMs: this.#clock.nowMs(), timer, done });
    send({ kind: Kind.Ping, id });
    return done.promise;
  }

  /** A Pong came; one that nobody waits for is none of this object's. */
  answered(id: number, receivedMs: number): void {
    const measured = this.#waiting.get(id);
    if (measured === undefined) return;
    this.#waiting.delete(id);
    measured.timer[Symbol.dispose]();
    measured.done.resolve(receivedMs - measured.sentMs);
  }

  /** None of them will be answered. */
  end(error: HubError): void {
    for (const { timer, done } of this.#waiting.values()) {
      timer[Symbol.dispose]();
      done.reject(error);
    }
    this.#waiting.clear();
  }
}
