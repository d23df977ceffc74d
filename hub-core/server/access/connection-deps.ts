import type { Clock } from '../../common/base/clock.ts';
import type { ConnectionId } from '../../common/base/ids.ts';
import type { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import type { HubError } from '../../common/errors/hub-error.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import type { FrameDirection } from '../../common/traffic/frames.ts';
import type { Transport } from '../../common/transport/transport.ts';
import type { Relay } from '../relay.ts';
import type { AccessLimits, HubIdentity } from './access-limits.ts';
import type { Authenticator, Credential } from './authenticator.ts';
import type { Connection } from './connection.ts';
import type { Gate } from './gate.ts';

/** Told of what happens to connections. Called synchronously, must not throw. */
export interface ConnectionObserver {
  /** Welcome was sent. */
  opened(connection: Connection): void;
  /** Its Hello was refused. */
  refused(connection: Connection, error: HubError, credential: Credential | undefined): void;
  /** It broke the protocol, which ends it. */
  violated(connection: Connection, error: HubError): void;
  /** Nothing more is taken from it or relayed to it. */
  closed(connection: Connection): void;
  /** Its transport is gone too. */
  linkClosed(connection: Connection): void;
}

/**
 * Told of every frame of every connection while it wants to know. Called on the hot path, synchronously: copies numbers, keeps
 * nothing of the message, must not throw.
 */
export interface FrameTap {
  /** Read before each frame. */
  readonly wanted: boolean;
  /** @param kind of the message, or a `LinkEvent` @param id as on the wire @param bytes of the whole frame */
  noted(connection: ConnectionId, direction: FrameDirection, message: FrameNote, id: number, bytes: number): void;
}

/** What of a message is noted. */
export interface FrameNote {
  readonly kind: number;
  readonly method?: number | undefined;
  readonly status?: number | undefined;
  readonly flags?: number | undefined;
}

/** What all connections of a hub share. */
export interface ConnectionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: HubIdentity;
  readonly limits: AccessLimits;
  readonly relay: Relay;
  readonly authenticator: Authenticator;
  readonly dispatcher: MessageDispatcher<Connection>;
  /** Of binary messages: rebuilds what policy changes, whatever the connection itself speaks. */
  readonly binaryCodec: Codec;
  readonly observer: ConnectionObserver;
  /** Says how long a credential waits to be judged; absent = no time. */
  readonly gate?: Pick<Gate, 'judgeDelayMs'>;
  readonly frames?: FrameTap | undefined;
}

/** What one connection is made of. */
export interface ConnectionLink {
  readonly id: ConnectionId;
  readonly transport: Transport;
  readonly codec: Codec;
  /** From the HTTP upgrade. */
  readonly credential: Credential | undefined;
}
