import { createSocket, type Socket } from 'node:dgram';
import { ConnectError } from '../../errors.ts';

/** A burst of small datagrams weighs far more in the system's buffer than its bytes; it takes what it is allowed. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

/** What the system tells of datagrams that nobody takes. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start a hub with "whub serve"',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
};

/** A place that datagrams can be sent to, and that answers come from; nothing from anywhere else comes through. */
export interface DatagramPort extends Disposable {
  onDatagram: (datagram: Uint8Array) => void;
  /** The system says that datagrams do not arrive; the text is for people. */
  onFailure: (reason: string, cause: Error) => void;
  send(datagram: Uint8Array): void;
}

/** @throws {ConnectError} when the address cannot be used */
export async function openDatagramPort(address: string, family: number, port: number): Promise<DatagramPort> {
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('error', reject);
  try {
    // A connected socket takes datagrams of its peer alone, and is told when nothing listens there.
    socket.connect(port, address, resolve);
    await promise;
    socket.off('error', reject);
    return new ConnectedPort(socket);
  } catch (cause) {
    socket.close();
    const { message } = cause as Error;
    throw new ConnectError(`Cannot connect to "${address}" at udp port ${String(port)}: ${message}`, { cause });
  }
}

class ConnectedPort implements DatagramPort {
  readonly #socket: Socket;
  #open = true;
  onDatagram: (datagram: Uint8Array) => void = () => {};
  onFailure: (reason: string, cause: Error) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram) => this.onDatagram(datagram));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#open) this.onFailure(REASONS[error.code ?? ''] ?? error.message, error);
    });
  }

  send(datagram: Uint8Array): void {
    if (this.#open) this.#socket.send(datagram);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }
}
