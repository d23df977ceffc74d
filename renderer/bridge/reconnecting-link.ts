import type { ClientLink, ClientOptions } from '@orpc/client';
import { CarrierError } from './carrier.ts';
import type { Line, Refusal } from './carrier.ts';

type NoContext = Record<never, never>;

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** `attempt` counts from 1; the next one starts at `retryAtMs` (wall time). */
  | { readonly kind: 'lost'; readonly refusal: Refusal; readonly attempt: number; readonly retryAtMs: number };

export interface ReconnectingLinkOptions {
  /** Opens one line. @throws {CarrierError} when it cannot be had */
  readonly open: () => Promise<Line>;
  readonly onState: (state: LinkState) => void;
  readonly random?: () => number;
  readonly setTimer?: (fn: () => void, delayMs: number) => void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;

/** Exponential back-off with full jitter on its upper half, so that many consoles do not come back at once. */
export function backOffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return ceiling / 2 + (ceiling / 2) * random();
}

/**
 * One oRPC link over whatever line is open at the moment. Calls made while there is none wait for the next line or for
 * their signal; calls on the way when a line breaks are rejected, since nobody knows whether they ran.
 */
export class ReconnectingLink implements ClientLink<NoContext> {
  readonly #options: ReconnectingLinkOptions;
  readonly #random: () => number;
  readonly #setTimer: (fn: () => void, delayMs: number) => void;
  #line = Promise.withResolvers<Line>();
  #failures = 0;
  #retryNow: (() => void) | undefined;

  constructor(options: ReconnectingLinkOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#setTimer = options.setTimer ?? ((fn, delayMs) => void window.setTimeout(fn, delayMs));
  }

  /** Opens the first line and keeps one open from then on. Call once. */
  async run(): Promise<never> {
    for (;;) {
      this.#options.onState({ kind: 'connecting' });
      const refusal = await this.#hold();
      this.#failures += 1;
      const delayMs = backOffMs(this.#failures, this.#random);
      this.#options.onState({ kind: 'lost', refusal, attempt: this.#failures, retryAtMs: Date.now() + delayMs });
      await this.#pause(delayMs);
    }
  }

  /** Ends the wait before the next attempt. */
  retry(): void {
    this.#retryNow?.();
  }

  async call(path: readonly string[], input: unknown, options: ClientOptions<NoContext>): Promise<unknown> {
    const line = await untilAborted(this.#line.promise, options.signal);
    return line.link.call(path, input, options);
  }

  /** Opens a line and stays until it is gone. @returns why the hub is out of reach now */
  async #hold(): Promise<Refusal> {
    let line: Line;
    try {
      line = await this.#options.open();
    } catch (error) {
      if (error instanceof CarrierError) return error.refusal;
      throw error;
    }
    this.#failures = 0;
    this.#line.resolve(line);
    this.#options.onState({ kind: 'connected' });
    await line.closed;
    this.#line = Promise.withResolvers();
    return 'unreachable';
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#retryNow = resolve;
      this.#setTimer(resolve, delayMs);
    });
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
