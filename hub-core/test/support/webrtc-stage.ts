/** Two ends of a WebRTC link: the SDK's in Node, and the hub's with its thread. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createNodePeer } from '../../client/node/rtc-peer.ts';
import { openWebRtcChannel } from '../../client/rtc-dial.ts';
import { systemRandom } from '../../common/base/random.ts';
import { systemClock } from '../../common/base/clock.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { createDataChannelTransport } from '../../common/transport/data-channel-transport.ts';
import { MAX_CHANNEL_MESSAGE_BYTES } from '../../common/transport/data-channel.ts';
import type { Transport } from '../../common/transport/transport.ts';
import { cleanOffer } from '../../server/listener/webrtc/offer-sdp.ts';
import { Peers } from '../../server/listener/webrtc/peers.ts';
import { startRtcWorker } from '../../server/listener/webrtc/rtc-worker.ts';
import type { StageOptions, TransportStage } from '../contract/transport.contract.ts';

/** What takes offers on a port of its own, without a hub around it. */
async function listen(peers: Peers): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    void text(request)
      .then((sdp) =>
        peers.answer({ sdp: cleanOffer(sdp), from: '127.0.0.1', credential: undefined, addresses: ['127.0.0.1'] }),
      )
      .then((answer) => response.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `rtc+http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export async function webRtcStage({ frameType, highWaterBytes = 16 << 20 }: StageOptions): Promise<TransportStage> {
  const accepted = Promise.withResolvers<Transport>();
  const peers = new Peers({
    clock: systemClock,
    log: silentLogger,
    codec: createBinaryCodec(DEFAULT_CODEC_LIMITS),
    acceptor: { accept: ({ transport }) => accepted.resolve(transport) },
    gate: { barOf: () => undefined },
    limits: { maxPeers: 0, maxPeersPerAddress: 0, handshakeTimeoutMs: 0, maxOutgoingBytes: highWaterBytes },
    thread: { maxMessageBytes: MAX_CHANNEL_MESSAGE_BYTES, portRange: undefined },
    startThread: startRtcWorker,
    defer: (flush) => process.nextTick(flush),
  });
  await using server = await listen(peers);
  const channel = await openWebRtcChannel(createNodePeer, {
    url: server.url,
    subprotocol: 'whub.v1.fbs',
    frameType,
    clock: systemClock,
    random: systemRandom,
    tls: undefined,
    signal: AbortSignal.timeout(10_000),
  });
  const near = createDataChannelTransport({ ...channel, clock: systemClock, highWaterBytes });
  const far = await accepted.promise;
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.terminate();
      await peers.stop();
    },
  };
}
