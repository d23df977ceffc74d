/** What a caller is told when the relay itself answers. */
import type { ProviderId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import type { RelayedExchange, TargetService } from './relayed-exchange.ts';

/**
 * 429, not 503: it is the caller's own doing, not the service's state, and is checked before anything is known of the
 * service. There is no `retry_after_ms`: the caller itself sees when one of its requests is answered.
 */
export const tooManyInFlight = (most: number): RequestError =>
  new RequestError(
    'THROTTLED_ERR',
    `Cannot take another request: ${String(most)} of this connection are in flight, as many as may be; wait for an answer first`,
  );

export const idInFlight = (id: number): RequestError =>
  new RequestError(
    'CONFLICT_ERR',
    `Cannot take request "${String(id)}": another with this id is in flight; use an id of its own`,
  );

export const hubDraining = (): RequestError =>
  new RequestError('UNAVAILABLE_ERR', 'Cannot relay the request: the hub is draining; try again when it is back');

export const hubStopped = (): RequestError =>
  new RequestError('UNAVAILABLE_ERR', 'Cannot answer the request: the hub stopped; try again when it is back');

export const queueFull = (service: TargetService): RequestError =>
  new RequestError(
    'UNAVAILABLE_ERR',
    `Cannot reach service "${service.id}": its providers are busy and its queue is full with ${String(service.queue.size)} requests; try again later`,
  );

/** The queue is too long for the request's time: said at once, rather than when it is too late. */
export const wouldWaitTooLong = (service: TargetService, waitMs: number, leftMs: number): RequestError =>
  new RequestError(
    'UNAVAILABLE_ERR',
    `Cannot reach service "${service.id}" in time: about ${String(Math.round(waitMs))} ms would pass before a provider is free, and the request has ${String(Math.round(leftMs))} ms left; try again later or with a longer timeout`,
  );

export const tooLateToSend = (leftMs: number, quickestMs: number): RequestError =>
  new RequestError(
    'DEADLINE_ERR',
    `Cannot answer the request in time: when a provider was free ${leftMs.toFixed(1)} ms were left, and the quickest of the latest answers took ${quickestMs.toFixed(1)} ms; try again with a longer timeout`,
  );

export const noProvider = (service: TargetService): RequestError =>
  new RequestError(
    'UNAVAILABLE_ERR',
    `Cannot reach service "${service.id}": ${service.channels.length === 0 ? 'it has no provider now' : 'its providers are draining'}; try again later`,
  );

export const notOfferedBy = (client: string, service: TargetService): RequestError =>
  new RequestError(
    'NOT_FOUND_ERR',
    `Cannot reach service "${service.id}" at client "${client}": that client does not provide it`,
  );

export const cancelledByCaller = (): RequestError =>
  new RequestError('CANCELLED_ERR', 'Cannot answer the request: its caller cancelled it');

export const providerLost = (provider: ProviderId): RequestError =>
  new RequestError(
    'PROVIDER_LOST_ERR',
    `Cannot get an answer: provider "${provider}" left after it was given the request, and there is no way to send that again`,
  );

export const badAnswer = (exchange: RelayedExchange, reason: string): RequestError =>
  new RequestError('PROVIDER_ERR', `Cannot pass on the answer of provider "${String(exchange.provider)}": ${reason}`);

export const cancelledByProvider = (exchange: RelayedExchange): RequestError =>
  new RequestError('PROVIDER_ERR', `Cannot get an answer: provider "${String(exchange.provider)}" gave the request up`);

export const overCredit = (sender: string, bytes: number): RequestError =>
  new RequestError(
    'TOO_LARGE_ERR',
    `Cannot pass on ${String(bytes)} bytes of a stream: its ${sender} has no credit for them; wait for Credit`,
  );

export const noStreamHere = (service: string): RequestError =>
  new RequestError(
    'BAD_REQUEST_ERR',
    `Cannot stream a request to "${service}": built-in services take bodies in one piece only`,
  );

export function deadlinePassed(exchange: RelayedExchange): RequestError {
  const budgetMs = String(Math.round(exchange.deadlineMs - exchange.receivedMs));
  const reason = exchange.state === 'queued' ? 'no provider was free' : 'no answer came';
  return new RequestError('DEADLINE_ERR', `Cannot answer the request: ${reason} within its ${budgetMs} ms`);
}
