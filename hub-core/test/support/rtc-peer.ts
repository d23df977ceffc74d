/** A WebRTC peer that does as it is told: what the SDK would never do. */
import { createHash } from 'node:crypto';
import { RTCPeerConnection, type RTCDataChannel } from 'werift';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { rawHttp, type RawReply } from './raw-http.ts';

const codec = createBinaryCodec({ ...DEFAULT_CODEC_LIMITS, maxFrameBytes: 0 });

export class RtcPeer implements AsyncDisposable {
  readonly connection = new RTCPeerConnection({
    iceServers: [],
    iceUseTcp: false,
    iceTcpPassive: false,
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  readonly #messages: Message[] = [];
  #waiting: PromiseWithResolvers<void> | undefined;

  /** Every message that comes over the channel is kept for `next`. */
  open(label: string, options: { readonly ordered?: boolean; readonly maxRetransmits?: number } = {}): RTCDataChannel {
    const channel = this.connection.createDataChannel(label, options);
    channel.onMessage.subscribe((data) => {
      this.#messages.push(codec.decode(Buffer.from(data)));
      this.#waiting?.resolve();
    });
    return channel;
  }

  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return this.connection.localDescription?.sdp ?? '';
  }

  /** Sends an offer to the hub and takes its answer. */
  async join(port: number, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const reply = await postOffer(port, await this.offer(), headers);
    if (reply.status !== 200) throw new Error(`The hub answers ${String(reply.status)}: ${reply.body.toString()}`);
    await this.connection.setRemoteDescription({ type: 'answer', sdp: reply.body.toString() });
  }

  /** The next message of that kind. */
  async next(kind: Kind): Promise<Message> {
    for (;;) {
      const at = this.#messages.findIndex((message) => message.kind === kind);
      const [found] = at < 0 ? [] : this.#messages.splice(at, 1);
      if (found !== undefined) return found;
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

export async function whenOpen(channel: RTCDataChannel): Promise<void> {
  if (channel.readyState !== 'open') await channel.stateChanged.watch((state) => state === 'open');
}

export async function whenClosed(channel: RTCDataChannel): Promise<void> {
  if (channel.readyState !== 'closed') await channel.stateChanged.watch((state) => state === 'closed');
}

export function postOffer(
  port: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawReply> {
  const type = { 'content-type': 'application/sdp', host: `127.0.0.1:${String(port)}` };
  return rawHttp(port, { method: 'POST', path: '/rtc/offer', headers: { ...type, ...headers }, body });
}

export function frame(message: MessageInit): Buffer {
  return Buffer.from(codec.encode(message));
}

export function hello(value: Readonly<Record<string, unknown>>): Buffer {
  return frame({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(value) });
}

const FINGERPRINT = createHash('sha256').update('nobody').digest('hex').toUpperCase().match(/../g)?.join(':') ?? '';

/** An offer of the right form, from nobody. */
export function sampleOffer(change: (lines: readonly string[]) => readonly string[] = (lines) => lines): string {
  const lines = [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=candidate:1 1 udp 2113937151 4b1fb6a0-0000-4000-8000-000000000000.local 51111 typ host generation 0',
    'a=ice-ufrag:9uB6',
    'a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh7x',
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${FINGERPRINT}`,
    'a=setup:actpass',
    'a=mid:0',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    '',
  ];
  return change(lines).join('\r\n');
}
