import type { Exchange, ExchangeObserver } from '../service/exchange.ts';

/** The frames of so many bytes of Data may be garbage at a time, each about twice: as it was read, and put together. */
const SWEEP_BYTES = 4 << 20;

/**
 * Keeps a hub small while streams pass. Each Data lives in buffers outside of the heap for a moment; the engine, which
 * collects as its heap fills, lets 35 to 60 MiB of them pile up before it looks. A small collection after every few MiB finds
 * them all, and is cheaper than the large ones that the engine starts for their sake.
 */
export class StreamSweep implements ExchangeObserver {
  readonly #collect: () => void;
  #bytes = 0;

  /** @param collect frees what lived shortly */
  constructor(collect: () => void) {
    this.#collect = collect;
  }

  began(): void {
    // What comes whole is bounded by the limits of requests in flight.
  }

  ended(): void {
    // Its last pieces go with those of the next stream.
  }

  passed(_exchange: Exchange, _direction: 'request' | 'response', { byteLength }: Uint8Array): void {
    this.#bytes += byteLength;
    if (this.#bytes < SWEEP_BYTES) return;
    this.#bytes = 0;
    this.#collect();
  }
}
