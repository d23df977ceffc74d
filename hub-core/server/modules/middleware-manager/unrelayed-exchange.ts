import { remoteErrorFrom } from '../../../common/errors/wire.ts';
import { EMPTY_BYTES, Flag, type Message } from '../../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../../common/traffic/exchange.ts';
import type { Caller, RelayRequest } from '../../relay.ts';
import type { Exchange, ExchangeObserver } from '../../service/exchange.ts';
import type { Answer } from './middleware-chain.ts';

/** A request that ended before the service layer heard of it, as observers see it. */
class UnrelayedExchange implements Exchange {
  readonly caller: Caller;
  readonly message: Message;
  readonly requestId: number;
  readonly receivedMs: number;
  readonly endedMs: number;
  // It never came that far.
  readonly checkedMs = Number.NaN;
  readonly sentMs = Number.NaN;
  readonly repliedMs = Number.NaN;
  readonly service = undefined;
  readonly pattern = '';
  readonly routeName = '';
  readonly provider = undefined;
  readonly providerLink = undefined;
  readonly attempts = 0;
  readonly stream = undefined;
  captureSeq = 0;

  constructor({ caller, message, receivedMs }: RelayRequest, nowMs: number) {
    this.caller = caller;
    this.message = message;
    this.requestId = message.id;
    this.receivedMs = receivedMs;
    this.endedMs = nowMs;
  }
}

/** How it ended, where the error itself does not say so. */
export type UnrelayedOutcome = Extract<ExchangeOutcome, 'middleware' | 'refused' | 'caller-lost'>;

/** The wire's name of the error that the hub answers with, '' for any other answer. */
function errorNameOf({ status = 0, payload = EMPTY_BYTES }: Answer): string {
  return status < 400 ? '' : (remoteErrorFrom(status, payload).errorName ?? '');
}

function outcomeOf(errorName: string, outcome: UnrelayedOutcome): ExchangeOutcome {
  if (errorName === 'DEADLINE_ERR') return 'deadline';
  return errorName === 'CANCELLED_ERR' ? 'cancelled' : outcome;
}

/**
 * Tells observers of a request that no service saw, when it is over: while it waits for a hook nobody knows whether the
 * service layer, which tells of its own, will get it.
 *
 * @param answer undefined when there is none, since the caller left
 */
export function observeUnrelayed(
  observers: Pick<ExchangeObserver, 'began' | 'ended'>,
  { request, nowMs }: { readonly request: RelayRequest; readonly nowMs: number },
  [outcome, answer]: readonly [outcome: UnrelayedOutcome, answer: Answer | undefined],
): void {
  const exchange = new UnrelayedExchange(request, nowMs);
  const error = answer === undefined ? '' : errorNameOf(answer);
  const isOneWay = (request.message.flags & Flag.OneWay) !== 0;
  observers.began(exchange);
  observers.ended(exchange, outcomeOf(error, outcome), isOneWay ? undefined : answer, error);
}
