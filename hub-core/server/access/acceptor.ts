import type { Codec } from '../../common/protocol/codec.ts';
import type { Transport } from '../../common/transport/transport.ts';
import type { Credential } from './authenticator.ts';
import type { Connection } from './connection.ts';

/** A link that a listener accepted, and what came with it. */
export interface AcceptedLink {
  readonly transport: Transport;
  readonly codec: Codec;
  readonly credential: Credential | undefined;
}

/** Where listeners hand accepted links to. */
export interface Acceptor {
  accept(link: AcceptedLink): Connection;
}
