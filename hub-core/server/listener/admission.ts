import type { Duplex } from 'node:stream';
import type { Gate } from '../access/gate.ts';

/** Lets connections in, and counts each once, though one that speaks TLS is asked about twice. */
export class Admission {
  readonly #gate: Gate;
  /** Counted already, not as a connection yet. */
  readonly #counted = new WeakSet<Duplex>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Before anything of TLS is computed. @throws {RequestError} THROTTLED_ERR */
  admitHandshake(address: string): void {
    this.#gate.admitHandshake(address);
  }

  /** @param secure what the handshake made of a connection that was let in */
  noteHandshake(secure: Duplex): void {
    this.#counted.add(secure);
  }

  /** @throws {RequestError} THROTTLED_ERR */
  admitConnection(socket: Duplex, address: string): void {
    if (!this.#counted.delete(socket)) {
      this.#gate.admitConnection(address);
      return;
    }
    const bar = this.#gate.barOf(address);
    if (bar !== undefined) throw bar.error;
  }
}
