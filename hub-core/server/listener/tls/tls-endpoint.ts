import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { peerOf, type PeerAddress } from '../peer-address.ts';
import { readClientCertificate, type ClientCertificate } from './client-certificate.ts';
import type { TlsConfig } from './tls-config.ts';
import type { TlsMaterial } from './tls-material.ts';

/** What is spoken within: WProtocol itself, or HTTP, from which WebSockets come. See docs/adr/0019 for why no HTTP/2. */
const ALPN_PROTOCOLS = ['whub/1', 'http/1.1'];
/** Node knows no handshake without a time limit. */
const NO_TIMEOUT_MS = 2_147_483_647;

export interface TlsEndpointOptions {
  readonly material: TlsMaterial;
  readonly config: Pick<TlsConfig, 'clientCertificates' | 'minVersion'>;
  /** Time for the handshake, ms; 0 = none. */
  readonly timeoutMs: number;
}

/** What becomes of a handshake; one of the two is called, once. */
export interface HandshakeListener {
  /** Who the system says the other side is, whatever a proxy told of it. */
  readonly from: PeerAddress;
  readonly onSecure: (socket: TLSSocket, certificate: ClientCertificate) => void;
  readonly onFail: (reason: string) => void;
}

interface Handshake extends HandshakeListener {
  readonly raw: Socket;
  fault: string;
}

/** Both ends of a connection: what Node's encrypted socket and the one below it have in common. */
function endsOf({ localAddress, localPort }: Socket, from: PeerAddress | undefined): string {
  return [from?.address, from?.port, localAddress, localPort].join(' ');
}

/** Speaks TLS on sockets that others accepted. */
export class TlsEndpoint implements Disposable {
  readonly #options: TlsEndpointOptions;
  readonly #server: Server;
  readonly #handshakes = new Map<string, Handshake>();

  constructor(options: TlsEndpointOptions) {
    this.#options = options;
    const { config, timeoutMs } = options;
    this.#server = createServer({
      ...contextOf(options.material, config),
      ALPNProtocols: ALPN_PROTOCOLS,
      handshakeTimeout: timeoutMs === 0 ? NO_TIMEOUT_MS : timeoutMs,
      requestCert: config.clientCertificates !== 'off',
      // Whoever has none, or a wrong one, is told so in words once the connection is encrypted.
      rejectUnauthorized: false,
    });
    this.#server.on('secureConnection', (socket) => this.#finish(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#noteFault(error, socket));
  }

  /** Takes a socket that nothing was read from; what was is put back. */
  accept(raw: Socket, listener: HandshakeListener): void {
    const ends = endsOf(raw, listener.from);
    const handshake: Handshake = { ...listener, raw, fault: 'the other side went away' };
    this.#handshakes.set(ends, handshake);
    raw.once('close', () => {
      if (!this.#handshakes.delete(ends)) return;
      handshake.onFail(handshake.fault);
    });
    this.#server.emit('connection', raw);
  }

  /** New handshakes use other files' content; connections that are open go on as they are. */
  replace(material: TlsMaterial): void {
    this.#server.setSecureContext(contextOf(material, this.#options.config));
  }

  /** Ends handshakes that are not finished. */
  [Symbol.dispose](): void {
    for (const { raw } of this.#handshakes.values()) raw.destroy();
  }

  #finish(socket: TLSSocket): void {
    const ends = endsOf(socket, peerOf(socket));
    const handshake = this.#handshakes.get(ends);
    if (handshake === undefined) {
      socket.destroy();
      return;
    }
    this.#handshakes.delete(ends);
    const isAsked = this.#options.config.clientCertificates !== 'off';
    handshake.onSecure(socket, isAsked ? readClientCertificate(socket) : { kind: 'none' });
  }

  #noteFault(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const handshake = this.#handshakes.get(endsOf(socket, peerOf(socket)));
    if (handshake !== undefined) handshake.fault = error.code ?? error.message;
    socket.destroy();
  }
}

function contextOf({ cert, key, ca }: TlsMaterial, { minVersion }: TlsEndpointOptions['config']): TlsOptions {
  return { cert, key, minVersion, ...(ca !== undefined && { ca }) };
}
