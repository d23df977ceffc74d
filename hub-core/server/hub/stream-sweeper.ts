import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Exchange, ExchangeObserver } from '../service/exchange.ts';

/** Streamed bytes after which their buffers are let go: each of them passes through two buffers of its size. */
const SWEEP_BYTES = 8 << 20;

/**
 * Node's way to collect what is young; costs about a millisecond. Undefined where the engine does not let us.
 */
export function youngCollector(): (() => void) | undefined {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? () => void Reflect.apply(collect, undefined, [{ type: 'minor' }]) : undefined;
}

/**
 * Keeps the hub's memory flat while streams pass. Their bytes lie in buffers outside the heap, and the objects that hold
 * those are few and small: left to itself the engine lets some 60 MiB of dead buffers gather before it looks. A smaller
 * young generation would do as well, but costs small requests a third of their rate.
 */
export class StreamSweeper implements ExchangeObserver {
  readonly #collect: (() => void) | undefined;
  #bytes = 0;

  constructor(collect: (() => void) | undefined) {
    this.#collect = collect;
  }

  began(): void {
    // Requests that come whole are the engine's own affair.
  }

  passed(_exchange: Exchange, _direction: 'request' | 'response', piece: Uint8Array): void {
    this.#bytes += piece.byteLength;
    if (this.#bytes < SWEEP_BYTES) return;
    this.#bytes = 0;
    this.#collect?.();
  }

  ended(): void {
    // As above.
  }
}
