/** In-memory implementations of what a connection is made of: what the access layer is tested with. */
import { connectionId, type ClientId, type ConnectionId } from '../../common/base/ids.ts';
import { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import { CredentialError, type HubError } from '../../common/errors/hub-error.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Encoding, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import { createMemoryTransportPair } from '../../common/transport/memory-transport.ts';
import type { CloseReason, Transport } from '../../common/transport/transport.ts';
import type { AccessLimits } from '../../server/access/access-limits.ts';
import type { Authenticator, Credential } from '../../server/access/authenticator.ts';
import type { ConnectionDeps, ConnectionObserver } from '../../server/access/connection-deps.ts';
import { Connection } from '../../server/access/connection.ts';
import { createHeaderPolicy } from '../../server/access/header-policy.ts';
import { registerMessageHandlers } from '../../server/access/message-handlers.ts';
import type { Caller, Principal, ProviderLink, Relay, RelayRequest } from '../../server/relay.ts';
import { FakeClock } from './fake-clock.ts';
import { ANONYMOUS_PRINCIPAL, clientPrincipal } from './fake-service-peers.ts';

export const TEST_LIMITS: AccessLimits = Object.freeze({
  maxFrameBytes: 1 << 20,
  handshakeTimeoutMs: 10_000,
  heartbeatMs: 15_000,
  defaultTimeoutMs: 30_000,
  maxTimeoutMs: 600_000,
  maxInFlightPerConnection: 4096,
  maxHeldMessages: 4,
  maxHeldBytes: 2048,
  maxOutgoingBytes: 1 << 20,
  maxHeldRequestBytes: 4096,
  creditBytes: 262_144,
});

/** Records what it is told; answers nothing by itself. */
export class RecordingRelay implements Relay {
  readonly requests: RelayRequest[] = [];
  readonly cancels: number[] = [];
  readonly responses: Message[] = [];
  /** Data, Credit and Cancel as they were routed. */
  readonly streamed: { readonly as: string; readonly id: number; readonly bytes: number }[] = [];
  readonly gone: ConnectionId[] = [];
  readonly drainedLinks: ProviderLink[] = [];
  readonly inFlight = new Set<number>();
  request(request: RelayRequest): void {
    this.requests.push(request);
  }
  cancel(_caller: Caller, requestId: number): void {
    this.cancels.push(requestId);
  }
  respond(_link: ProviderLink, response: Message): void {
    this.responses.push(response);
  }
  requestData(_caller: Caller, data: Message): void {
    this.streamed.push({ as: 'request data', id: data.id, bytes: data.payload.byteLength });
  }
  responseData(_link: ProviderLink, data: Message): void {
    this.streamed.push({ as: 'response data', id: data.id, bytes: data.payload.byteLength });
  }
  callerCredit(_caller: Caller, id: number, bytes: number): void {
    this.streamed.push({ as: 'caller credit', id, bytes });
  }
  providerCredit(_link: ProviderLink, id: number, bytes: number): void {
    this.streamed.push({ as: 'provider credit', id, bytes });
  }
  cancelledByProvider(_link: ProviderLink, id: number): void {
    this.streamed.push({ as: 'provider cancel', id, bytes: 0 });
  }
  disconnected(connection: ConnectionId): void {
    this.gone.push(connection);
  }
  linkDrained(link: ProviderLink): void {
    this.drainedLinks.push(link);
  }
  isInFlight(_connection: ConnectionId, requestId: number): boolean {
    return this.inFlight.has(requestId);
  }
}

/** Lets in whoever names a client and presents the key `good`, and the anonymous, when the test says so. */
export class ManualAuthenticator implements Authenticator {
  /** While true, verdicts wait for `release`. */
  holding = false;
  /** What was proven holds no longer. */
  revoked = false;
  readonly #waiting: (() => void)[] = [];
  release(): void {
    for (const decide of this.#waiting.splice(0)) decide();
  }
  async authenticate(credential: Credential | undefined): Promise<Principal> {
    if (this.holding) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (credential === undefined) return ANONYMOUS_PRINCIPAL;
    if (credential.key !== 'good') throw new CredentialError('Cannot sign in: the key is wrong');
    return clientPrincipal(credential.client ?? 'cat');
  }
  principalOf(client: ClientId): Principal | undefined {
    return clientPrincipal(client);
  }
  renewed(principal: Principal): Principal | undefined {
    return this.revoked ? undefined : principal;
  }
}

/** The other end of a connection, and everything around it. */
export class AccessBench {
  readonly clock = new FakeClock();
  readonly relay = new RecordingRelay();
  readonly authenticator = new ManualAuthenticator();
  readonly dispatcher = new MessageDispatcher<Connection>();
  readonly codec: Codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
  readonly received: Message[] = [];
  readonly events: string[] = [];
  readonly peer: Transport;
  readonly connection: Connection;
  closed: CloseReason | undefined;

  constructor(options: { limits?: Partial<AccessLimits>; credential?: Credential } = {}) {
    const limits = { ...TEST_LIMITS, ...options.limits };
    const [here, there] = createMemoryTransportPair({ highWaterBytes: limits.maxOutgoingBytes });
    const note = (event: string) => (): void => void this.events.push(event);
    const observer: ConnectionObserver = {
      opened: note('opened'),
      refused: (_connection: Connection, error: HubError, claimed: Credential | undefined) =>
        void this.events.push(`refused ${claimed?.client ?? '-'} ${String(error.status)}`),
      violated: () => undefined,
      closed: note('closed'),
      linkClosed: note('link closed'),
    };
    const deps: ConnectionDeps = {
      clock: this.clock,
      log: silentLogger,
      hub: { id: 'hub-1', name: 'test', version: '1.2.3' },
      limits,
      relay: this.relay,
      authenticator: this.authenticator,
      dispatcher: this.dispatcher,
      binaryCodec: this.codec,
      observer,
    };
    registerMessageHandlers(this.dispatcher, {
      relay: this.relay,
      headers: createHeaderPolicy(),
      binaryCodec: this.codec,
    });
    const link = { id: connectionId('c1'), transport: here, codec: this.codec, credential: options.credential };
    this.connection = new Connection(link, deps);
    this.peer = there;
    there.onFrame.subscribe((frame) => this.received.push(this.codec.decode(frame)));
    there.onDidClose.subscribe((reason) => {
      this.closed = reason;
    });
    this.connection.start();
  }

  /** What the peer received, by kind. */
  ofKind(kind: Kind): readonly Message[] {
    return this.received.filter((message) => message.kind === kind);
  }

  /** Status and problem document of the Goodbye, once there is one. */
  goodbye(): { status: number; detail: unknown } | undefined {
    const message = this.ofKind(Kind.Goodbye)[0];
    if (message === undefined) return undefined;
    const problem = parseJsonPayload(message.payload) as { detail?: unknown };
    return { status: message.status, detail: problem.detail };
  }

  async send(...messages: MessageInit[]): Promise<void> {
    for (const message of messages) this.peer.send(this.codec.encode(message));
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.clock.advanceAsync(0);
    await this.clock.advanceAsync(0);
  }

  hello(value: Readonly<Record<string, unknown>> = { client: 'cat', key: 'good' }): MessageInit {
    return { kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload(value) };
  }

  /** Gets as far as Welcome. */
  async open(): Promise<this> {
    await this.send(this.hello());
    return this;
  }
}
