import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../common/base/clock.ts';
import { CredentialError, HubError, RequestError } from '../../../common/errors/hub-error.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { MetricSample, Module, ModuleHealth } from '../../../common/module/module.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { MAX_CHANNEL_MESSAGE_BYTES, OFFER_PATH } from '../../../common/transport/data-channel.ts';
import type { Acceptor } from '../../access/acceptor.ts';
import type { AccessLimits } from '../../access/access-limits.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import type { Gate } from '../../access/gate.ts';
import type { HttpMount } from '../http-mount.ts';
import { MethodError, sendProblem } from '../http/http-problem.ts';
import { remoteOf } from '../remote-of.ts';
import { candidateAddresses } from './candidate-addresses.ts';
import { readOffer, sendAnswer } from './offer-request.ts';
import { cleanOffer } from './offer-sdp.ts';
import { Peers } from './peers.ts';
import type { StartRtcThread } from './rtc-worker.ts';

export { startRtcWorker, type StartRtcThread } from './rtc-worker.ts';

export interface WebRtcConfig {
  /** Most peers, connected or about to be; 0 = none. */
  readonly maxPeers: number;
  /** Of one address, not counted for loopback; 0 = none. */
  readonly maxPeersPerAddress: number;
  /** UDP ports for peers, first and last; empty = the system chooses. */
  readonly ports: readonly number[];
  /** Where peers are told to come to; empty = to the address that their offer came to. */
  readonly addresses: readonly string[];
}

export interface WebRtcListenerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hubId: string;
  readonly config: WebRtcConfig;
  readonly limits: Pick<AccessLimits, 'maxFrameBytes' | 'handshakeTimeoutMs' | 'maxOutgoingBytes'>;
  /** Of binary messages. */
  readonly codec: Codec;
  readonly acceptor: Acceptor;
  readonly gate: Gate;
  readonly mount: (mount: HttpMount) => Disposable;
  readonly startThread: StartRtcThread;
}

/**
 * Takes WebRTC offers at `POST /rtc/offer` and makes connections of the peers that follow them. Host, Origin and block list were
 * looked at by the port.
 */
export function createWebRtcListener(deps: WebRtcListenerDeps): Module {
  return new WebRtcListener(deps);
}

class WebRtcListener implements Module {
  readonly name = 'webrtc-listener';
  /** None: it must outlive the connections that it carries, so that they can be told Goodbye. */
  readonly dependsOn: readonly string[] = [];
  readonly #deps: WebRtcListenerDeps;
  readonly #peers: Peers;
  #mounted: Disposable | undefined;
  #serving = false;
  #refused = 0;

  constructor(deps: WebRtcListenerDeps) {
    this.#deps = deps;
    const { clock, log, config, limits, codec, acceptor, gate, startThread } = deps;
    const { maxFrameBytes, handshakeTimeoutMs, maxOutgoingBytes } = limits;
    const [first, last = first] = config.ports;
    this.#peers = new Peers({
      clock,
      log,
      codec,
      acceptor,
      gate,
      limits: { ...config, handshakeTimeoutMs, maxOutgoingBytes },
      thread: {
        maxMessageBytes: Math.min(
          maxFrameBytes === 0 ? MAX_CHANNEL_MESSAGE_BYTES : maxFrameBytes,
          MAX_CHANNEL_MESSAGE_BYTES,
        ),
        portRange: first === undefined || last === undefined ? undefined : [first, last],
      },
      startThread,
      defer: (flush) => process.nextTick(flush),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const request = (...exchange: [IncomingMessage, ServerResponse]): void => this.#handle(...exchange);
    this.#mounted = this.#deps.mount({ prefix: OFFER_PATH, request });
    this.#serving = true;
  }

  /** What its connections have in flight is the connection manager's to wait for. */
  async drain(): Promise<void> {
    this.#serving = false;
  }

  async stop(): Promise<void> {
    this.#serving = false;
    this.#mounted?.[Symbol.dispose]();
    this.#mounted = undefined;
    await this.#peers.stop();
  }

  health(): ModuleHealth {
    if (!this.#serving) return { state: 'not-serving' };
    const { pauseMs, connected } = this.#peers;
    if (pauseMs > 0) return { state: 'degraded', detail: 'the WebRTC thread died and may be started again soon' };
    return { state: 'serving', detail: `${String(connected)} peers` };
  }

  metrics(): readonly MetricSample[] {
    const { connected, expected, restarts, counts } = this.#peers;
    const gauge = (name: string, help: string, value: number): MetricSample => ({ name, help, kind: 'gauge', value });
    const counter = (name: string, help: string, value: number): MetricSample => ({
      name,
      help,
      kind: 'counter',
      value,
    });
    return [
      gauge('peers', 'WebRTC peers with a channel.', connected),
      gauge('peers_expected', 'WebRTC peers whose offer was taken and that have no channel yet.', expected),
      counter('offers_total', 'WebRTC offers taken.', counts.offers),
      counter('offers_refused_total', 'WebRTC offers refused.', this.#refused),
      counter('offers_abandoned_total', 'WebRTC offers taken whose peer never had a channel.', counts.abandoned),
      counter('thread_restarts_total', 'WebRTC threads started after one died.', restarts),
      counter('received_bytes_total', 'Bytes of messages from WebRTC peers.', counts.bytesIn),
      counter('sent_bytes_total', 'Bytes of messages to WebRTC peers.', counts.bytesOut),
    ];
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch((error: unknown) => {
      this.#refused += 1;
      if (error instanceof CredentialError) this.#deps.gate.noteOffence(remoteOf(request), 'credential', undefined);
      if (!(error instanceof HubError)) this.#deps.log.error({ error }, 'answering a WebRTC offer failed');
      sendProblem(request, response, { error, about: { hub: this.#deps.hubId, instance: OFFER_PATH } });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw new MethodError(request.method, 'POST');
    const { gate, config } = this.#deps;
    const from = remoteOf(request);
    gate.admitConnection(from);
    const credential = parseAuthorization(request.headers.authorization);
    if (!this.#serving)
      throw new RequestError('UNAVAILABLE_ERR', 'Cannot take an offer: the hub is stopping, try again later');
    const offer = await readOffer(request, response);
    if (offer === undefined) return;
    const { localAddress } = request.socket;
    // Gone before it could be answered.
    if (localAddress === undefined) return;
    const addresses = config.addresses.length > 0 ? config.addresses : candidateAddresses(localAddress);
    const answer = await this.#peers.answer({ sdp: cleanOffer(offer.sdp), from, credential, addresses });
    if (!response.destroyed) sendAnswer(response, offer.form, answer);
  }
}
