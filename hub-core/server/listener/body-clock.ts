import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/base/clock.ts';

export interface BodyClockDeps {
  readonly clock: Clock;
  /** Time for the whole of a request, of a stream for each piece of it, ms; 0 = none. */
  readonly timeoutMs: number;
  /** How often slow requests are looked for, ms. */
  readonly sweepMs: number;
  readonly onSlow: (request: IncomingMessage) => void;
}

/**
 * Finds requests whose bodies come too slowly. Node's own `requestTimeout` knows only whole requests, and a stream may take
 * as long as it likes as long as it goes on.
 */
export class BodyClock implements Disposable {
  readonly #deps: BodyClockDeps;
  /** Since when each is waited for, monotonic ms; Infinity while it is the hub that does not read. */
  readonly #sinceMs = new Map<IncomingMessage, number>();
  #timer: Disposable | undefined;

  constructor(deps: BodyClockDeps) {
    this.#deps = deps;
  }

  /** To be called for each request when its headers are there. */
  watch(request: IncomingMessage): void {
    const { 'transfer-encoding': coding, 'content-length': length = '0' } = request.headers;
    if (this.#deps.timeoutMs === 0 || request.complete || (coding === undefined && length === '0')) return;
    this.restart(request);
  }

  /** A piece of a stream came, and the next one is waited for. */
  restart(request: IncomingMessage): void {
    if (this.#deps.timeoutMs === 0) return;
    this.#sinceMs.set(request, this.#deps.clock.nowMs());
    this.#timer ??= this.#deps.clock.after(this.#deps.sweepMs, () => this.#sweep());
  }

  /** The hub does not read it for now. */
  hold(request: IncomingMessage): void {
    if (this.#sinceMs.has(request)) this.#sinceMs.set(request, Number.POSITIVE_INFINITY);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#sinceMs.clear();
  }

  #sweep(): void {
    const { clock, sweepMs, timeoutMs, onSlow } = this.#deps;
    const nowMs = clock.nowMs();
    this.#timer = undefined;
    for (const [request, sinceMs] of this.#sinceMs) {
      const isSlow = nowMs - sinceMs >= timeoutMs;
      if (!isSlow && !request.complete && !request.socket.destroyed) continue;
      this.#sinceMs.delete(request);
      if (isSlow && !request.complete) onSlow(request);
    }
    if (this.#sinceMs.size > 0) this.#timer = clock.after(sweepMs, () => this.#sweep());
  }
}
