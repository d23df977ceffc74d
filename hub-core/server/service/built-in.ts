import type { ServiceId } from '../../common/base/ids.ts';
import type { Encoding, Message } from '../../common/protocol/message.ts';
import type { Header, Method } from '../../common/protocol/message.ts';
import type { Caller } from '../relay.ts';
import type { JsonSchema } from './json-schema.ts';

/** Who may call a built-in route. `self`: the client that the `:id` parameter names; managers may call everything. */
export type BuiltInAccess = 'anonymous' | 'client' | 'manager' | 'self';

export interface BuiltInCall {
  readonly message: Message;
  readonly caller: Caller;
  /** Values of the pattern's `:param`s and `*rest`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The uri's query, for routes that take one. */
  readonly query: URLSearchParams;
}

export interface BuiltInReply {
  readonly status: number;
  readonly encoding?: Encoding;
  readonly headers?: readonly Header[];
  readonly payload?: Uint8Array;
}

export interface BuiltInRoute {
  readonly pattern: string;
  readonly methods: readonly (Method | 'any')[];
  readonly access: BuiltInAccess;
  readonly summary: string;
  readonly requestSchema?: JsonSchema;
  readonly responseSchema?: JsonSchema;
  /** May throw a HubError, which becomes its problem document. */
  readonly handle: (call: BuiltInCall) => BuiltInReply | Promise<BuiltInReply>;
}

/** A service that the hub itself provides under a reserved id. */
export interface BuiltInService {
  readonly id: ServiceId;
  readonly description: string;
  readonly routes: readonly BuiltInRoute[];
}
