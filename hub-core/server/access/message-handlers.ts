import type { MessageDispatcher } from '../../common/dispatch/message-dispatcher.ts';
import { ProtocolError } from '../../common/errors/hub-error.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { HUB_ID_BIT, Kind, type Message } from '../../common/protocol/message.ts';
import type { Relay } from '../relay.ts';
import type { Connection } from './connection.ts';
import type { HeaderPolicy } from './header-policy.ts';
import { admitRequest, admitResponse } from './request-admission.ts';

/** Most bytes that a Ping may ask to have back. */
const MAX_PING_BYTES = 125;

export interface MessageHandlerDeps {
  readonly relay: Relay;
  readonly headers: HeaderPolicy;
  /** Rebuilds what policy changes. */
  readonly binaryCodec: Codec;
}

function pong(message: Message, connection: Connection): void {
  const { id, payload, encoding } = message;
  if (payload.byteLength > MAX_PING_BYTES) {
    throw new ProtocolError(
      `Cannot answer a Ping of ${String(payload.byteLength)} bytes: at most ${String(MAX_PING_BYTES)} are returned`,
    );
  }
  connection.post({ kind: Kind.Pong, id, payload, encoding });
}

/**
 * Registers what the hub itself does with each kind of message, the way anyone else may.
 *
 * @returns takes all of them away again
 */
export function registerMessageHandlers(
  dispatcher: MessageDispatcher<Connection>,
  deps: MessageHandlerDeps,
): Disposable {
  const { relay, headers, binaryCodec: codec } = deps;
  const handlers = new DisposableStack();

  handlers.use(dispatcher.handle(Kind.Hello, (message, connection) => connection.hello(message)));
  handlers.use(
    dispatcher.handle(Kind.Welcome, () => {
      throw new ProtocolError('Cannot accept "welcome": only the hub says it');
    }),
  );
  handlers.use(
    dispatcher.handle(Kind.Request, (message, caller) => {
      relay.request({
        caller,
        message: admitRequest(message, { caller, relay, headers, codec }),
        receivedMs: caller.receivedMs,
      });
    }),
  );
  handlers.use(
    dispatcher.handle(Kind.Response, (message, link) => {
      if (message.id < HUB_ID_BIT) link.ignore();
      else relay.respond(link, admitResponse(message, { headers, codec }));
    }),
  );
  handlers.use(
    dispatcher.handle(Kind.Cancel, (message, caller) => {
      if (message.id >= HUB_ID_BIT) relay.cancelledByProvider(caller, message.id);
      else relay.cancel(caller, message.id);
    }),
  );
  handlers.use(
    dispatcher.handle(Kind.Data, (message, peer) => {
      if (message.id >= HUB_ID_BIT) relay.responseData(peer, message);
      else relay.requestData(peer, message);
    }),
  );
  handlers.use(
    dispatcher.handle(Kind.Credit, ({ id, credit }, peer) => {
      if (id >= HUB_ID_BIT) relay.providerCredit(peer, id, credit);
      else relay.callerCredit(peer, id, credit);
    }),
  );
  handlers.use(dispatcher.handle(Kind.Ping, pong));
  // To the heartbeat its arrival alone is what counts, and that is noted already.
  handlers.use(dispatcher.handle(Kind.Pong, ({ id }, connection) => connection.ponged(id)));
  handlers.use(dispatcher.handle(Kind.Notice, (_message, connection) => connection.ignore()));
  handlers.use(dispatcher.handle(Kind.Goodbye, (_message, connection) => connection.left()));
  return handlers;
}
