import type { ProviderId, ServiceId } from '../../common/base/ids.ts';
import type { Message, MessageInit } from '../../common/protocol/message.ts';
import type { CandidateState, ChoiceRule } from '../../common/traffic/choices.ts';
import type { ExchangeOutcome } from '../../common/traffic/exchange.ts';
import type { Caller, ProviderLink } from '../relay.ts';
import type { StreamTotals } from './stream-flow.ts';

/**
 * One request on its way, from arrival to its one answer. The relay's own in-flight entry: observers read it, and may set
 * `captureSeq`, nothing else. Times are monotonic ms, NaN until the exchange came that far.
 */
export interface Exchange {
  readonly caller: Caller;
  readonly message: Message;
  /** As the caller chose it; `message.id` may have been patched since. */
  readonly requestId: number;
  readonly receivedMs: number;
  readonly checkedMs: number;
  readonly sentMs: number;
  readonly repliedMs: number;
  readonly endedMs: number;
  readonly service: ServiceId | undefined;
  /** Pattern of the route that it matched, '' while there is none: one of few, whatever paths are asked for. */
  readonly pattern: string;
  /** Service and pattern in one, '' while there is none: a string made once for each route, so that to look it up is cheap. */
  readonly routeName: string;
  readonly provider: ProviderId | undefined;
  readonly providerLink: ProviderLink | undefined;
  /** Providers that it was handed to so far. */
  readonly attempts: number;
  /** Undefined as long as request and answer come whole. */
  readonly stream: StreamTotals | undefined;
  /** Set by the capture tap; 0 = not captured. */
  captureSeq: number;
}

/** A channel of a pool as a choice finds it. */
export interface PooledChannel {
  readonly id: ProviderId;
  readonly link: Pick<ProviderLink, 'clientId'>;
  readonly state: CandidateState;
  readonly weight: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
}

/** The pool that a channel was chosen from, to be read within the call that tells of the choice. */
export interface ChoicePool {
  readonly channels: readonly PooledChannel[];
  choiceRule(message: Message): ChoiceRule;
  /** What the rule compared of that one of its channels; NaN where it compared nothing. */
  weighed(message: Message, channel: PooledChannel): number;
}

/** Told of every request that reaches the relay, exactly once each. Called on the hot path: no promise, no throw. */
export interface ExchangeObserver {
  /** The request arrived; nothing of it is decided yet. Its payload must be copied here if it is to be kept. */
  began(exchange: Exchange): void;
  /**
   * A channel was chosen for it, which does not have it yet: provider, link and attempts are those before. Told only where there
   * was another channel, or an attempt before.
   */
  chosen?(exchange: Exchange, pool: ChoicePool, channel: PooledChannel): void;
  /** It is about to be handed to a provider under that id, perhaps not for the first time. */
  handed?(exchange: Exchange, id: number): void;
  /** A piece of a stream of it passes. Its payload must be copied here if it is to be kept. */
  passed?(exchange: Exchange, direction: 'request' | 'response', payload: Uint8Array): void;
  /**
   * It is over. `answer` is what the caller was given: undefined for a one-way request and for a caller that left.
   *
   * @param error the wire's error name when the hub answered with an error, else ''
   */
  ended(exchange: Exchange, outcome: ExchangeOutcome, answer: Message | MessageInit | undefined, error: string): void;
}
