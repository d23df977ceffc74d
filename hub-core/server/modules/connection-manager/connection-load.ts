import type { Message } from '../../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../../common/traffic/exchange.ts';
import { Connection } from '../../access/connection.ts';
import { callerBehind } from '../../access/caller-decorator.ts';
import type { Exchange, ExchangeObserver } from '../../service/exchange.ts';

/** What a request costs the hub while it is in flight: its frame is kept so that it can be sent again. */
function heldBytes(message: Message): number {
  return message.frame?.byteLength ?? message.payload.byteLength;
}

/**
 * Tells each connection of its own requests in flight, so that one which asks for more than the hub may hold for it is not
 * read meanwhile.
 */
export const connectionLoad: ExchangeObserver = {
  began({ caller: asking, message }: Exchange): void {
    const caller = callerBehind(asking);
    if (caller instanceof Connection) caller.requestBegan(heldBytes(message));
  },
  ended({ caller: asking, message }: Exchange, outcome: ExchangeOutcome): void {
    const caller = callerBehind(asking);
    if (!(caller instanceof Connection)) return;
    caller.requestEnded(heldBytes(message));
    // Registering as a provider is a request too, but does not make a caller of it.
    if (outcome !== 'built-in') caller.noteCall();
  },
};
