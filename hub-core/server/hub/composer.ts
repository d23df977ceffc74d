import type { Clock } from '../../common/base/clock.ts';
import { connectionId, isClientId, type ClientId } from '../../common/base/ids.ts';
import { HubError, RequestError } from '../../common/errors/hub-error.ts';
import type { Codec } from '../../common/protocol/codec.ts';
import { Flag, Kind, NO_HEADERS, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { orNone } from '../access/access-limits.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { HeaderPolicy } from '../access/header-policy.ts';
import { callerBehind } from '../access/caller-decorator.ts';
import { InternalCaller } from '../access/internal-caller.ts';
import { problemResponse } from '../access/problem-response.ts';
import type { Principal, Relay } from '../relay.ts';
import type { Exchange, ExchangeObserver } from '../service/exchange.ts';
import type { ComposedAnswer } from './hub.ts';

/** The console's own identity: it may call everything, built-in services included. */
const CONSOLE: Principal = Object.freeze({
  clientId: 'console' as ClientId,
  role: 'manager',
  grants: Object.freeze({ call: ['*'], provide: [] }),
});

/** An internal caller makes one request, so any id of a client's will do. */
const REQUEST_ID = 1;

/** Tells an internal caller under which number its request was captured. Comes after the capture tap. */
export const composedCapture: ExchangeObserver = {
  began({ caller: asking, captureSeq }: Exchange): void {
    const caller = callerBehind(asking);
    if (caller instanceof InternalCaller) caller.captureSeq = captureSeq;
  },
  ended(): void {
    // What came of it is told by the answer.
  },
};

export interface ComposerDeps {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly authenticator: Authenticator;
  readonly codec: Codec;
  readonly headers: HeaderPolicy;
  readonly hubId: string;
  /** Largest answer that is collected of a stream, bytes; 0 = no limit. */
  readonly maxFrameBytes: number;
}

/** Sends requests from inside the hub's process. */
export class Composer {
  readonly #deps: ComposerDeps;
  #lastNumber = 0;

  constructor(deps: ComposerDeps) {
    this.#deps = deps;
  }

  /** @throws {RequestError} NOT_FOUND_ERR when there is no client `as` */
  async send(request: MessageInit, as: string | undefined): Promise<ComposedAnswer> {
    const { clock, relay, hubId, maxFrameBytes } = this.#deps;
    const receivedMs = clock.nowMs();
    const caller = new InternalCaller(connectionId(`i${String(++this.#lastNumber)}`), this.#principal(as), {
      relay,
      hubId,
      maxBytes: orNone(maxFrameBytes),
    });
    try {
      relay.request({ caller, message: this.#message(request, caller.principal), receivedMs });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      const about = { hub: hubId, request: REQUEST_ID, instance: request.uri };
      caller.respond(REQUEST_ID, problemResponse(error, about));
    }
    const answer = await caller.answer;
    return { message: this.#decoded(answer), durationMs: clock.nowMs() - receivedMs, captureSeq: caller.captureSeq };
  }

  #principal(as: string | undefined): Principal {
    if (as === undefined) return CONSOLE;
    const principal = isClientId(as) ? this.#deps.authenticator.principalOf(as) : undefined;
    if (principal !== undefined) return principal;
    throw new RequestError('NOT_FOUND_ERR', `Cannot send as client "${as}": there is no such client, or it is revoked`);
  }

  /** As if it had come over the wire, so that the same limits hold. */
  #message(request: MessageInit, { clientId }: Principal): Message {
    const { codec } = this.#deps;
    const fixed = { kind: Kind.Request, id: REQUEST_ID, from: clientId };
    const headers = this.#deps.headers.ofRequest(request.headers ?? NO_HEADERS);
    // Someone waits for the answer, so it cannot be one-way; and what is composed is there as a whole.
    const flags = (request.flags ?? 0) & ~(Flag.OneWay | Flag.Stream);
    return codec.decode(codec.encode({ ...request, ...fixed, headers, flags }));
  }

  #decoded(answer: Message | MessageInit): Message {
    const { codec } = this.#deps;
    return 'frame' in answer ? answer : codec.decode(codec.encode({ ...answer, id: REQUEST_ID }));
  }
}
