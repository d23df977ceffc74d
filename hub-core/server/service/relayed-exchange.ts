import type { ProviderId, ServiceId } from '../../common/base/ids.ts';
import type { ErrorName } from '../../common/errors/status.ts';
import { Flag, Method, type Message } from '../../common/protocol/message.ts';
import type { Caller, ProviderLink, RelayRequest } from '../relay.ts';
import type { Exchange } from './exchange.ts';
import type { ProviderChannel } from './provider-channel.ts';
import { QueueEntry } from './request-queue.ts';
import type { RouteDefinition } from './route-definition.ts';
import type { Service } from './service.ts';
import type { StreamFlow } from './stream-flow.ts';

/** `handling`: at a built-in service. */
export type ExchangeState = 'checking' | 'queued' | 'sent' | 'handling' | 'ended';

/** Services and channels as the relay has them: with its exchanges in their queues. */
export type TargetService = Service<RelayedExchange>;
export type TargetChannel = ProviderChannel<TargetService, RelayedExchange>;

const IDEMPOTENT_METHODS: ReadonlySet<Method> = new Set([
  Method.Get,
  Method.Head,
  Method.Options,
  Method.Put,
  Method.Delete,
]);

/**
 * The relay's entry for one request. Its places in the timing wheel and in a service's queue are links in the entry itself.
 */
export class RelayedExchange extends QueueEntry implements Exchange {
  readonly caller: Caller;
  readonly message: Message;
  readonly requestId: number;
  readonly receivedMs: number;
  checkedMs = NaN;
  sentMs = NaN;
  repliedMs = NaN;
  endedMs = NaN;
  /** Read from the message once: both are asked for several times on the way. */
  readonly isOneWay: boolean;
  readonly isStream: boolean;
  service: ServiceId | undefined = undefined;
  pattern = '';
  routeName = '';
  provider: ProviderId | undefined = undefined;
  providerLink: ProviderLink | undefined = undefined;
  attempts = 0;
  captureSeq = 0;

  state: ExchangeState = 'checking';
  deadlineMs = Infinity;
  /** The registered service that it goes to; undefined for a built-in one. */
  target: TargetService | undefined = undefined;
  /** The wire's name of the error that the hub answers with. */
  errorName: ErrorName | '' = '';
  /** The counters of the service that it reached, whichever kind that is. */
  tally: { errors: number } | undefined = undefined;
  route: RouteDefinition | undefined = undefined;
  /** Its streams; undefined as long as request and answer come whole. */
  stream: StreamFlow | undefined = undefined;
  /** Where it is now, while `sent`. */
  channel: TargetChannel | undefined = undefined;
  /** Its id at the provider without the top bit, while `sent`. */
  sequence = 0;

  constructor(request: RelayRequest) {
    super();
    this.caller = request.caller;
    this.message = request.message;
    this.requestId = request.message.id;
    this.receivedMs = request.receivedMs;
    const { flags } = request.message;
    this.isOneWay = (flags & Flag.OneWay) !== 0;
    this.isStream = (flags & Flag.Stream) !== 0;
  }

  /** True when it does no harm to hand it to a second provider although the first may have acted on it. */
  get isIdempotent(): boolean {
    const { flags, method } = this.message;
    return (flags & Flag.Idempotent) !== 0 || IDEMPOTENT_METHODS.has(method) || this.route?.idempotent === true;
  }

  /** Bytes that waiting for a channel keeps in memory, about. */
  override get heldBytes(): number {
    const { frame, payload, uri } = this.message;
    const own = frame === undefined ? payload.byteLength + (uri?.length ?? 0) : frame.byteLength;
    return own + (this.stream?.heldBytes ?? 0);
  }
}
