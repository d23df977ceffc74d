import type { Socket } from 'node:net';
import type { Clock } from '../../../common/base/clock.ts';
import { problemPayload, toProblem } from '../../../common/errors/wire.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Encoding, Kind } from '../../../common/protocol/message.ts';
import { LENGTH_BYTES } from '../../../common/transport/frame-reader.ts';
import { putLength } from '../../../common/transport/frame-writer.ts';
import { createStreamTransport, fromNodeSocket } from '../../../common/transport/stream-transport.ts';
import type { Acceptor } from '../../access/acceptor.ts';
import type { AccessLimits } from '../../access/access-limits.ts';
import type { Credential } from '../../access/authenticator.ts';
import { boundHandshake } from '../bound-handshake.ts';
import { lingerAndEnd } from '../linger.ts';
import { peerText, type PeerAddress } from '../peer-address.ts';

/** Silence after which the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 60_000;

export interface TcpLinksDeps {
  readonly clock: Clock;
  readonly hubId: string;
  readonly limits: Pick<AccessLimits, 'maxFrameBytes' | 'maxOutgoingBytes' | 'maxHeldBytes'>;
  readonly acceptor: Acceptor;
  /** Of binary messages. */
  readonly codec: Codec;
}

/** A socket that said the preface, which was taken from it. */
export interface TcpArrival {
  readonly socket: Socket;
  readonly kind: 'tcp' | 'tls';
  readonly peer: PeerAddress;
  /** From the client's certificate. */
  readonly credential: Credential | undefined;
}

/** Makes connections of sockets that speak WProtocol without HTTP. */
export class TcpLinks {
  readonly #deps: TcpLinksDeps;

  constructor(deps: TcpLinksDeps) {
    this.#deps = deps;
  }

  accept({ socket, kind, peer, credential }: TcpArrival): void {
    const { acceptor, clock, codec, limits } = this.#deps;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const transport = createStreamTransport({
      socket: fromNodeSocket(socket, { allocate: (bytes) => Buffer.allocUnsafe(bytes), canReset: kind === 'tcp' }),
      kind,
      remoteAddress: peerText(peer),
      clock,
      defer: (flush) => process.nextTick(flush),
      maxFrameBytes: limits.maxFrameBytes,
      highWaterBytes: limits.maxOutgoingBytes,
    });
    const connection = acceptor.accept({ transport, codec, credential });
    // A transport that closes drops what still comes.
    boundHandshake(connection, socket, { maxHeldBytes: limits.maxHeldBytes, stopReading: () => undefined });
  }

  /** Says Goodbye with the error on a socket that becomes no connection, and ends it. */
  refuse(socket: Socket, error: unknown): void {
    const { codec, hubId } = this.#deps;
    const problem = toProblem(error, { hub: hubId });
    const { status } = problem;
    const frame = codec.encode({
      kind: Kind.Goodbye,
      status,
      encoding: Encoding.Json,
      payload: problemPayload(problem),
    });
    const length = new Uint8Array(LENGTH_BYTES);
    putLength(length, 0, frame.byteLength);
    lingerAndEnd(socket, [length, frame]);
  }
}
