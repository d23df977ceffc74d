import { createSecretKey } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type * as Werift from 'werift';
import {
  MAX_CHANNEL_MESSAGE_BYTES,
  type DataChannelLike,
  type PeerConnectionLike,
} from '../../common/transport/data-channel.ts';
import { quickenKeys } from '../../common/transport/dtls-keys.ts';
import { ConnectError } from '../errors.ts';

async function loadWerift(): Promise<typeof Werift> {
  try {
    return await import('werift');
  } catch (error) {
    throw new ConnectError('Cannot connect over WebRTC: add the package "werift", or use ws:// instead', {
      cause: error,
    });
  }
}

/** Link-local addresses mean nothing without their zone, which a candidate cannot name. */
function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, address }) => family === 'IPv4' || !address.startsWith('fe80:'))
    .map(({ address }) => address);
}

interface EventSource {
  on(event: 'error', listener: () => void): unknown;
}

/** The sockets below a peer. */
interface SocketOwners {
  readonly iceTransports: readonly {
    readonly connection: { readonly protocols?: readonly { readonly transport?: { readonly socket?: EventSource } }[] };
  }[];
}

/** An address that cannot be reached is an `error` of its socket, which would end the process; ICE finds that out by itself. */
function ignoreSocketErrors(peer: unknown): void {
  for (const { connection } of (peer as SocketOwners).iceTransports) {
    for (const { transport } of connection.protocols ?? []) transport?.socket?.on('error', () => undefined);
  }
}

/** Its channels send only Buffers without a copy. */
function adapt(channel: Werift.RTCDataChannel): DataChannelLike {
  return {
    binaryType: 'arraybuffer',
    get readyState() {
      return channel.readyState;
    },
    get bufferedAmount() {
      return channel.bufferedAmount;
    },
    get bufferedAmountLowThreshold() {
      return channel.bufferedAmountLowThreshold;
    },
    set bufferedAmountLowThreshold(bytes) {
      channel.bufferedAmountLowThreshold = bytes;
    },
    send: ({ buffer, byteOffset, byteLength }) => channel.send(Buffer.from(buffer, byteOffset, byteLength)),
    close: () => channel.close(),
    addEventListener: (type: string, listener: (event: { readonly data: unknown }) => void) =>
      channel.addEventListener(type, listener),
  };
}

/** WebRTC for Node, which has none: the package `werift`, loaded when the first link is dialled. */
export async function createNodePeer(): Promise<PeerConnectionLike> {
  const { RTCPeerConnection } = await loadWerift();
  const peer = new RTCPeerConnection({
    // Nobody else is asked for anything.
    iceServers: [],
    iceUseTcp: false,
    iceTcpPassive: false,
    // By itself it would leave loopback out.
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: [...localAddresses()],
    maxMessageSize: MAX_CHANNEL_MESSAGE_BYTES,
  });
  return {
    get connectionState() {
      return peer.connectionState;
    },
    get localDescription() {
      return peer.localDescription;
    },
    createDataChannel(label, options) {
      const channel = peer.createDataChannel(label, options);
      channel.addEventListener('open', () => quickenKeys(peer, createSecretKey));
      return adapt(channel);
    },
    async setLocalDescription() {
      await peer.setLocalDescription(await peer.createOffer());
      ignoreSocketErrors(peer);
    },
    setRemoteDescription: (description) => peer.setRemoteDescription(description),
    addEventListener: (_type, listener) => void peer.connectionStateChange.subscribe(() => listener()),
    close: () => peer.close(),
  };
}
