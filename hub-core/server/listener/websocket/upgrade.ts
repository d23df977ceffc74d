import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../../../common/base/clock.ts';
import { ProtocolError } from '../../../common/errors/hub-error.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { createWebSocketTransport, fromNodeWebSocket } from '../../../common/transport/web-socket-transport.ts';
import type { Acceptor } from '../../access/acceptor.ts';
import type { AccessLimits } from '../../access/access-limits.ts';
import type { Credential } from '../../access/authenticator.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import { hostLiteral } from '../../access/host-policy.ts';
import { boundHandshake } from '../bound-handshake.ts';
import type { PeerCertificates } from '../peer-certificates.ts';

export interface WebSocketUpgradeDeps {
  readonly clock: Clock;
  readonly limits: Pick<AccessLimits, 'maxFrameBytes' | 'maxOutgoingBytes' | 'maxHeldBytes'>;
  readonly acceptor: Acceptor;
  readonly certificates: PeerCertificates;
  /** The first is spoken with clients that ask for none. */
  readonly codecs: readonly [Codec, ...Codec[]];
}

/** An upgrade request and its socket. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Makes connections of WebSocket upgrades at `/`. */
export interface WebSocketUpgrade {
  /** @throws {HubError} when it is refused; the socket is still the caller's */
  accept(upgrade: UpgradeRequest): void;
}

/** For `ws`, whose own refusals are HTML. */
type ClientErrorListener = (error: Error, socket: Duplex) => void;

function addressOf(socket: Duplex): string {
  if (!(socket instanceof Socket)) return 'unknown';
  return `${hostLiteral(socket.remoteAddress ?? 'unknown')}:${String(socket.remotePort ?? 0)}`;
}

function offered(request: IncomingMessage): readonly string[] {
  const header = request.headers['sec-websocket-protocol'];
  return header === undefined ? [] : header.split(',').map((name) => name.trim());
}

/** @throws {ProtocolError} when the client asks for subprotocols and the hub speaks none of them */
function chooseCodec(request: IncomingMessage, codecs: WebSocketUpgradeDeps['codecs']): Codec {
  const names = offered(request);
  if (names.length === 0) return codecs[0];
  for (const name of names) {
    const codec = codecs.find(({ subprotocol }) => subprotocol === name);
    if (codec !== undefined) return codec;
  }
  const spoken = codecs.map(({ subprotocol }) => subprotocol).join(' and ');
  throw new ProtocolError(`Cannot speak subprotocol "${names.join(', ')}": this hub speaks ${spoken}`);
}

export function createWebSocketUpgrade(
  deps: WebSocketUpgradeDeps,
  onClientError: ClientErrorListener,
): WebSocketUpgrade {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: deps.limits.maxFrameBytes,
    perMessageDeflate: false,
    // The codec checks the text itself, and its refusal is a Goodbye.
    skipUTF8Validation: true,
    handleProtocols: (_names, request) => chooseCodec(request, deps.codecs).subprotocol,
  });
  server.on('wsClientError', onClientError);

  function open(
    webSocket: WebSocket,
    link: { socket: Duplex; codec: Codec; credential: Credential | undefined },
  ): void {
    const { socket, codec, credential } = link;
    const transport = createWebSocketTransport({
      socket: fromNodeWebSocket(webSocket, { corkable: socket, defer: (flush) => process.nextTick(flush) }),
      frameType: codec.frameType,
      remoteAddress: addressOf(socket),
      clock: deps.clock,
      highWaterBytes: deps.limits.maxOutgoingBytes,
    });
    const connection = deps.acceptor.accept({ transport, codec, credential });
    boundHandshake(connection, socket, {
      maxHeldBytes: deps.limits.maxHeldBytes,
      stopReading: () => webSocket.pause(),
    });
    // Frames of the WebSocket itself are signs of life too.
    const noteActivity = (): void => connection.noteActivity();
    webSocket.on('ping', noteActivity).on('pong', noteActivity);
  }

  return {
    accept({ request, socket, head }) {
      const credential = parseAuthorization(request.headers.authorization) ?? deps.certificates.credentialOf(socket);
      const codec = chooseCodec(request, deps.codecs);
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, { socket, codec, credential }));
    },
  };
}
