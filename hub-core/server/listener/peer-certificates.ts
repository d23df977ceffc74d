import type { Duplex } from 'node:stream';
import type { Credential } from '../access/authenticator.ts';

/** Who the other ends of connections are, by the certificates that they showed. */
export class PeerCertificates {
  readonly #clients = new WeakMap<Duplex, string>();

  /** @param client named by a certificate that was verified */
  note(socket: Duplex, client: string): void {
    this.#clients.set(socket, client);
  }

  /** @returns what counts where no other credential is given */
  credentialOf(socket: Duplex): Credential | undefined {
    const certificate = this.#clients.get(socket);
    return certificate === undefined ? undefined : { certificate };
  }
}
