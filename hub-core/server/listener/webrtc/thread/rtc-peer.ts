import { createSecretKey } from 'node:crypto';
import { RTCPeerConnection, type RTCDataChannel } from 'werift';
import { CHANNEL_LABEL, maxMessageBytesOf } from '../../../../common/transport/data-channel.ts';
import { quickenKeys } from '../../../../common/transport/dtls-keys.ts';
import type { TransportViolation } from '../../../../common/transport/transport.ts';
import { hostLiteral } from '../../../access/host-policy.ts';
import type { RtcThreadInit } from '../thread-messages.ts';
import { announceWindow, sctpInside, unfinishedMessageBytes, type SctpInside } from './sctp-inside.ts';

/** werift gives every waiting message a promise that wakes at each packet: more than so many pieces wait here instead. */
const MAX_QUEUED_CHUNKS = 128;
/** A window below this is worth telling of when it opens again, bytes. */
const NARROW_WINDOW_BYTES = 256 << 10;
/** A peer that sends so much more than its window is not one that keeps to the rules, bytes. */
const MAX_OVERRUN_BYTES = 512 << 10;
/** As many pieces out of order as a window of small messages can have. */
const MAX_MISORDERED_CHUNKS = 8_192;

export interface RtcPeerEvents {
  opened(peer: RtcPeer): void;
  /** @param frame a copy is to be made of it before this tick ends */
  received(peer: RtcPeer, frame: Uint8Array): void;
  /** So many bytes are on their way to the peer. */
  sent(peer: RtcPeer, bytes: number): void;
  violated(peer: RtcPeer, violation: TransportViolation): void;
  /** Once, last. `code` as of a WebSocket. */
  closed(peer: RtcPeer, code: number, text: string): void;
}

function tooLarge(maxBytes: number): TransportViolation {
  return { kind: 'too-large', text: `Cannot read a message: this channel carries at most ${String(maxBytes)} bytes` };
}

/** Where there is one of a family, its sockets are bound to it alone. */
function boundTo(addresses: readonly string[]): { udp4?: string; udp6?: string } {
  const [udp4, ...more4] = addresses.filter((address) => !address.includes(':'));
  const [udp6, ...more6] = addresses.filter((address) => address.includes(':'));
  return {
    ...(udp4 !== undefined && more4.length === 0 && { udp4 }),
    ...(udp6 !== undefined && more6.length === 0 && { udp6 }),
  };
}

/** One peer: from its offer to its end. */
export class RtcPeer {
  readonly number: number;
  readonly #events: RtcPeerEvents;
  readonly #connection: RTCPeerConnection;
  readonly #maxReceivedBytes: number;
  #maxSentBytes = 0;
  #sctp: SctpInside | undefined;
  #channel: RTCDataChannel | undefined;
  #queue: Uint8Array[] = [];
  #next = 0;
  #pumping = false;
  #closing = false;
  #ended = false;
  #violation = false;
  readonly #pump = (): void => {
    this.#pumping = false;
    this.#sendQueued();
  };

  constructor(number: number, init: RtcThreadInit & { readonly addresses: readonly string[] }, events: RtcPeerEvents) {
    this.number = number;
    this.#events = events;
    this.#maxReceivedBytes = init.maxMessageBytes;
    this.#connection = new RTCPeerConnection({
      // Nobody else is asked for anything, and no address that a peer names.
      iceServers: [],
      iceLite: true,
      iceUseTcp: false,
      iceTcpPassive: false,
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceAdditionalHostAddresses: [...init.addresses],
      iceInterfaceAddresses: boundTo(init.addresses),
      icePortRange: init.portRange === undefined ? undefined : [...init.portRange],
      maxMessageSize: init.maxMessageBytes,
    });
    this.#connection.onDataChannel.subscribe((channel) => this.#offered(channel));
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') this.#end(1_006, '');
    });
  }

  /** `host:port` as seen from here. */
  get remoteAddress(): string {
    const [host, port] = this.#connection.iceTransports[0]?.connection.nominated?.remoteAddr ?? ['unknown', 0];
    return `${hostLiteral(host)}:${String(port)}`;
  }

  /** Largest message both ways, bytes. */
  get maxFrameBytes(): number {
    return Math.min(this.#maxReceivedBytes, this.#maxSentBytes);
  }

  /** @returns the answer */
  async answer(offer: string): Promise<string> {
    const connection = this.#connection;
    this.#maxSentBytes = maxMessageBytesOf(offer);
    await connection.setRemoteDescription({ type: 'offer', sdp: offer });
    await connection.setLocalDescription(await connection.createAnswer());
    this.#watchOver();
    const answer = connection.localDescription?.sdp;
    if (answer === undefined || !answer.includes('a=candidate:'))
      throw new Error('Cannot answer the offer: no UDP port of the hub is free');
    return answer;
  }

  send(frame: Uint8Array): void {
    this.#queue.push(frame);
    this.#sendQueued();
  }

  /** The hub took so many bytes of what came: the peer may send as many more. */
  acknowledged(bytes: number): void {
    const sctp = this.#sctp;
    if (sctp === undefined || this.#ended) return;
    const wasNarrow = sctp.advertisedRwnd < NARROW_WINDOW_BYTES;
    sctp.advertisedRwnd += bytes;
    if (wasNarrow && sctp.advertisedRwnd >= NARROW_WINDOW_BYTES) void announceWindow(sctp);
  }

  /** Sends what is queued, then closes the channel. */
  close(): void {
    this.#closing = true;
    this.#sendQueued();
  }

  cut(): void {
    this.#end(1_006, '');
  }

  /** What came may be a part of a message that never ends, or more than may come. */
  #watchOver(): void {
    const sctp = sctpInside(this.#connection);
    const dtls = this.#connection.sctpTransport?.dtlsTransport;
    this.#sctp = sctp;
    sctp.flush.subscribe(() => {
      if (this.#pumping || (this.#queue.length === 0 && !this.#closing)) return;
      this.#pumping = true;
      setImmediate(this.#pump);
    });
    if (dtls === undefined) return;
    const { dataReceiver } = dtls;
    dtls.dataReceiver = (packet) => {
      if (this.#ended) return;
      dataReceiver(packet);
      if (sctp.advertisedRwnd < NARROW_WINDOW_BYTES || sctp.sackMisOrdered.size > 0) this.#judge(sctp);
    };
  }

  #judge(sctp: SctpInside): void {
    if (unfinishedMessageBytes(sctp) > this.#maxReceivedBytes) this.#violate(tooLarge(this.#maxReceivedBytes));
    else if (sctp.advertisedRwnd < -MAX_OVERRUN_BYTES || sctp.sackMisOrdered.size > MAX_MISORDERED_CHUNKS)
      this.#end(1_006, 'it sent more than it may');
  }

  #offered(channel: RTCDataChannel): void {
    const { label, ordered, maxRetransmits, maxPacketLifeTime } = channel;
    const isWhole = ordered && maxRetransmits === null && maxPacketLifeTime === null;
    if (this.#channel !== undefined || label !== CHANNEL_LABEL || !isWhole) {
      this.#end(1_006, `it opened another channel than one, ordered and reliable, labelled ${CHANNEL_LABEL}`);
      return;
    }
    this.#channel = channel;
    quickenKeys(this.#connection, createSecretKey);
    channel.onMessage.subscribe((data) => this.#receive(data));
    channel.stateChanged.subscribe((state) => {
      if (state === 'closed') this.#end(this.#connection.connectionState === 'connected' ? 1_000 : 1_006, '');
    });
    this.#events.opened(this);
  }

  #receive(data: string | Uint8Array): void {
    if (this.#ended || this.#violation) return;
    if (typeof data === 'string')
      this.#violate({ kind: 'wrong-type', text: 'Cannot read a text message: this channel carries binary messages' });
    else if (data.byteLength > this.#maxReceivedBytes) this.#violate(tooLarge(this.#maxReceivedBytes));
    else {
      // werift has just given the window back what the message took of it; the hub does, when it has taken the message.
      if (this.#sctp !== undefined) this.#sctp.advertisedRwnd -= data.byteLength;
      this.#events.received(this, data);
    }
  }

  #violate(violation: TransportViolation): void {
    if (this.#violation) return;
    this.#violation = true;
    if (this.#channel === undefined) this.#end(1_006, violation.text);
    else this.#events.violated(this, violation);
  }

  #sendQueued(): void {
    const [channel, sctp] = [this.#channel, this.#sctp];
    if (channel === undefined || sctp === undefined || this.#ended) return;
    const sent = this.#handOver(channel, sctp);
    if (sent > 0) this.#events.sent(this, sent);
    // What is still under way when a channel is closed would be lost with it.
    const isQuiet = this.#queue.length === 0 && sctp.outboundQueue.length === 0 && sctp.flightSize === 0;
    if (this.#closing && isQuiet) channel.close();
  }

  /** As much as keeps the link busy. @returns bytes */
  #handOver(channel: RTCDataChannel, sctp: SctpInside): number {
    let sent = 0;
    while (this.#next < this.#queue.length && sctp.outboundQueue.length < MAX_QUEUED_CHUNKS) {
      const frame = this.#queue[this.#next];
      if (frame === undefined || channel.readyState !== 'open') break;
      this.#next += 1;
      sent += frame.byteLength;
      channel.send(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
    }
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    }
    return sent;
  }

  #end(code: number, text: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    this.#events.closed(this, code, text);
    // What it fails with is of no use to anyone: its sockets are closed either way.
    this.#connection.close().catch(() => undefined);
  }
}
