import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Stream } from 'node:stream';
import type { Clock } from '../../../common/base/clock.ts';
import { connectionId } from '../../../common/base/ids.ts';
import type { Codec } from '../../../common/protocol/codec.ts';
import { Flag, HUB_ID_BIT, Kind, type Message, type Method } from '../../../common/protocol/message.ts';
import { orNone, type HubIdentity } from '../../access/access-limits.ts';
import type { Authenticator } from '../../access/authenticator.ts';
import { parseAuthorization } from '../../access/bearer.ts';
import type { Gate } from '../../access/gate.ts';
import type { HeaderPolicy } from '../../access/header-policy.ts';
import type { Caller, Principal, Relay } from '../../relay.ts';
import type { PeerCertificates } from '../peer-certificates.ts';
import { remoteOf } from '../remote-of.ts';
import type { BodyClock } from '../body-clock.ts';
import { HttpCaller, type AnswerFlow, type AnswerSink } from './http-caller.ts';
import { readBody } from './request-body.ts';
import { Upload, type Pace } from './upload.ts';

export interface HttpRelayDeps {
  readonly clock: Clock;
  readonly hub: HubIdentity;
  readonly maxFrameBytes: number;
  readonly relay: Relay;
  readonly authenticator: Authenticator;
  readonly gate: Gate;
  readonly certificates: PeerCertificates;
  readonly headers: HeaderPolicy;
  readonly bodyClock: BodyClock;
  /** Bytes of a body that may be sent before a provider grants more. */
  readonly creditBytes: number;
  /** True when what this leads to takes requests in pieces. */
  readonly takesStream: (uri: string, method: Method) => boolean;
  /** True when that caller's request to the uri is refused whatever its body is. */
  readonly refuses: RefusalForecast;
  /** Of binary messages. */
  readonly codec: Codec;
}

/** Who asks for what, before there is a Request. */
export interface Asked {
  readonly caller: Pick<Caller, 'principal' | 'via'>;
  readonly message: { readonly uri: string; readonly method: Method };
}

export type RefusalForecast = (asked: Asked) => boolean;

/** What the gateway and `/rpc` share: who asks, what they send, and bringing it to the service layer. */
export class HttpRelay {
  readonly deps: HttpRelayDeps;
  /** Largest body that is collected, bytes; Infinity = no limit. */
  readonly maxBodyBytes: number;
  #lastNumber = 0;

  constructor(deps: HttpRelayDeps) {
    this.deps = deps;
    this.maxBodyBytes = orNone(deps.maxFrameBytes);
  }

  /** @throws {CredentialError} */
  async authenticate(request: IncomingMessage): Promise<Principal> {
    const { authenticator, gate, clock } = this.deps;
    const credential =
      parseAuthorization(request.headers.authorization) ?? this.deps.certificates.credentialOf(request.socket);
    const delayMs = gate.judgeDelayMs(remoteOf(request), credential);
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    return authenticator.authenticate(credential);
  }

  /**
   * Reads the body, after the caller may send one at all.
   *
   * @returns undefined when the caller went away
   * @throws {RequestError} TOO_LARGE_ERR
   */
  async body(request: IncomingMessage, response: ServerResponse): Promise<Uint8Array | undefined> {
    return readBody(request, this.maxBodyBytes, () => this.sayContinue(request, response));
  }

  /** Tells a client that waits for it to send its body. */
  sayContinue({ headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  }

  /** A caller of its own for each request, so that ids of different ones never meet. */
  caller(principal: Principal, { socket }: IncomingMessage, sink: (flow: AnswerFlow) => AnswerSink): HttpCaller {
    this.#lastNumber = (this.#lastNumber + 1) % HUB_ID_BIT || 1;
    return new HttpCaller({
      connectionId: connectionId(`h${String(this.#lastNumber)}`),
      principal,
      remoteAddress: socket.remoteAddress,
      relay: this.deps.relay,
      sink,
    });
  }

  /** The body of a request that is sent with the flag Stream; to be started after that was handed over. */
  upload(caller: HttpCaller, request: IncomingMessage, id: number): Upload {
    const { creditBytes, bodyClock } = this.deps;
    const pace = { hold: () => bodyClock.hold(request), restart: () => bodyClock.restart(request) };
    return this.pieces(caller, request, { id, creditBytes, pace });
  }

  /** What is read from `source` as Data of a request, once that was handed over. */
  pieces(
    caller: HttpCaller,
    source: Readable,
    { id, creditBytes, pace }: { readonly id: number; readonly creditBytes: number; readonly pace?: Pace },
  ): Upload {
    const { codec, relay } = this.deps;
    const upload = new Upload(source, {
      creditBytes,
      ...(pace !== undefined && { pace }),
      isWanted: () => !caller.answered,
      send: (payload, isLast) => {
        const frame = codec.encode({ kind: Kind.Data, id, flags: isLast ? Flag.End : 0, payload });
        relay.requestData(caller, codec.decode(frame));
      },
    });
    caller.onGrant = (bytes) => upload.grant(bytes);
    return upload;
  }

  /** Hands the request over; a caller that goes away, which closes its `line`, before its answer gives it up. */
  send(
    caller: HttpCaller,
    message: Message,
    about: { readonly receivedMs: number; readonly line: Stream & { readonly closed: boolean } },
  ): void {
    const { relay } = this.deps;
    // It may be gone already: who asked is not there to be answered.
    if (about.line.closed) return;
    about.line.once('close', () => {
      if (!caller.answered) relay.disconnected(caller.connectionId);
    });
    relay.request({ caller, message, receivedMs: about.receivedMs });
  }
}
