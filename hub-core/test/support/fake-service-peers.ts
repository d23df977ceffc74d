/** In-memory implementations of the interfaces between access and service: what the service layer is tested with. */
import { expect } from 'vitest';
import { ANONYMOUS, connectionId, type ClientId, type ConnectionId } from '../../common/base/ids.ts';
import type { HubError } from '../../common/errors/hub-error.ts';
import { seededRandom } from '../../common/base/random.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { jsonPayload, parseJsonPayload } from '../../common/protocol/payload.ts';
import {
  EMPTY_BYTES,
  Encoding,
  Kind,
  Method,
  NO_HEADERS,
  type Message,
  type MessageInit,
} from '../../common/protocol/message.ts';
import type { ExchangeOutcome } from '../../common/traffic/exchange.ts';
import type { Caller, Principal, ProviderLink } from '../../server/relay.ts';
import type { Exchange, ExchangeObserver } from '../../server/service/exchange.ts';
import { createServiceLayer, type ServiceLayer, type ServiceLayerDeps } from '../../server/service/service-layer.ts';
import { DEFAULT_SERVICE_LIMITS, type ServiceLimits } from '../../server/service/service-limits.ts';
import { FakeClock } from './fake-clock.ts';

/** A decoded message with the wire's defaults for what is absent. */
export function messageOf(init: MessageInit): Message {
  return {
    kind: init.kind,
    method: init.method ?? Method.Call,
    flags: init.flags ?? 0,
    encoding: init.encoding ?? Encoding.Bytes,
    status: init.status ?? 0,
    id: init.id ?? 0,
    timeoutMs: init.timeoutMs ?? 0,
    uri: init.uri,
    from: init.from,
    to: init.to,
    headers: init.headers ?? NO_HEADERS,
    payload: init.payload ?? EMPTY_BYTES,
    credit: init.credit ?? 0,
    frame: undefined,
  };
}

export const clientPrincipal = (
  client: string,
  call: readonly string[] = ['*'],
  provide: readonly string[] = ['*'],
): Principal => ({
  clientId: client as ClientId,
  role: 'client',
  grants: { call, provide },
});

export const managerPrincipal = (client = 'boss'): Principal => ({
  ...clientPrincipal(client, [], []),
  role: 'manager',
});

export const ANONYMOUS_PRINCIPAL: Principal = {
  clientId: ANONYMOUS,
  role: 'anonymous',
  grants: { call: [], provide: [] },
};

export interface SentMessage {
  readonly message: Message | MessageInit;
  readonly id: number;
  readonly timeoutMs: number | undefined;
}

type FakeLink = ProviderLink & { congested: boolean; suspect: boolean };

/** One connection: a caller and, unless it came over HTTP, a provider's link. It records everything it is handed. */
export class FakePeer implements Caller {
  readonly connectionId: ConnectionId;
  principal: Principal;
  readonly via: Caller['via'];
  readonly transportKind: Caller['transportKind'];
  readonly providerLink: FakeLink | undefined;
  readonly answers: { readonly id: number; readonly answer: Message | MessageInit }[] = [];
  readonly sent: SentMessage[] = [];
  /** Data of answers' streams. */
  readonly pieces: { readonly id: number; readonly data: Message | MessageInit }[] = [];
  readonly grants: (readonly [id: number, bytes: number])[] = [];
  readonly goodbyes: HubError[] = [];
  onRespond: (() => void) | undefined;
  /** As of a connection, which is gone when it has said Goodbye. */
  onGoodbye: (() => void) | undefined;
  onSend: ((sent: SentMessage) => void) | undefined;

  constructor(id: string, principal: Principal, via: Caller['via'] = 'socket') {
    this.connectionId = connectionId(id);
    this.principal = principal;
    this.via = via;
    this.transportKind = via === 'socket' ? 'memory' : via;
    this.providerLink =
      via === 'socket'
        ? {
            connectionId: this.connectionId,
            clientId: principal.clientId,
            congested: false,
            suspect: false,
            goodbye: (reason) => {
              this.goodbyes.push(reason);
              this.onGoodbye?.();
            },
            send: (message, sentId, timeoutMs) => this.#take({ message, id: sentId, timeoutMs }),
          }
        : undefined;
  }

  get link(): FakeLink {
    if (this.providerLink === undefined) throw new TypeError('Cannot provide: the peer came over HTTP');
    return this.providerLink;
  }

  /** Requests that it was handed, without Cancels. */
  get requests(): readonly SentMessage[] {
    return this.sent.filter(({ message }) => message.kind === Kind.Request);
  }

  get cancels(): readonly number[] {
    return this.sent.filter(({ message }) => message.kind === Kind.Cancel).map(({ id }) => id);
  }

  /** Ids and statuses of its answers. */
  get statuses(): readonly (readonly [id: number, status: number])[] {
    return this.answers.map(({ id, answer }) => [id, answer.status ?? 0] as const);
  }

  respond(requestId: number, response: Message | MessageInit): void {
    this.answers.push({ id: requestId, answer: response });
    this.onRespond?.();
  }

  data(requestId: number, data: Message | MessageInit): void {
    this.pieces.push({ id: requestId, data });
  }

  grant(requestId: number, bytes: number): void {
    this.grants.push([requestId, bytes]);
  }

  #take(sent: SentMessage): boolean {
    this.sent.push(sent);
    this.onSend?.(sent);
    return this.providerLink?.congested !== true;
  }
}

export interface EndedExchange {
  readonly exchange: Exchange;
  readonly outcome: ExchangeOutcome;
  readonly answer: Message | MessageInit | undefined;
  readonly error: string;
}

/** Records what observers are told. */
export class RecordingObserver implements ExchangeObserver {
  readonly started: Exchange[] = [];
  readonly finished: EndedExchange[] = [];

  began(exchange: Exchange): void {
    this.started.push(exchange);
  }

  ended(exchange: Exchange, outcome: ExchangeOutcome, answer: Message | MessageInit | undefined, error: string): void {
    this.finished.push({ exchange, outcome, answer, error });
  }
}

export interface Harness {
  readonly clock: FakeClock;
  readonly layer: ServiceLayer;
  readonly observer: RecordingObserver;
  /** Sends a request as `caller`; ids count up from 1. @returns its id */
  readonly request: (caller: FakePeer, uri: string, init?: Partial<MessageInit>) => number;
  /** Registers a service on `peer`'s connection. @returns the parsed answer */
  readonly register: (peer: FakePeer, registration: Readonly<Record<string, unknown>>) => ParsedAnswer;
  /** Calls a built-in route with a JSON body. */
  readonly call: (peer: FakePeer, method: Method, uri: string, body?: unknown) => ParsedAnswer;
  /** Answers the n-th request (from 0) that `peer` was handed. */
  readonly answer: (peer: FakePeer, index: number, init?: Partial<MessageInit>) => void;
}

export interface ParsedAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function createHarness(
  limits: Partial<ServiceLimits> = {},
  deps: Partial<Pick<ServiceLayerDeps, 'builtIns' | 'observers' | 'log' | 'random'>> = {},
): Harness {
  const clock = new FakeClock();
  const observer = new RecordingObserver();
  const layer = createServiceLayer({
    clock,
    random: deps.random ?? seededRandom(1),
    log: deps.log ?? silentLogger,
    hubId: 'hub-1',
    limits: { ...DEFAULT_SERVICE_LIMITS, ...limits },
    observers: [observer, ...(deps.observers ?? [])],
    builtIns: deps.builtIns ?? [],
  });
  let lastId = 0;
  let lastCallId = 1_000_000;
  const request: Harness['request'] = (caller, uri, init = {}) => {
    const id = init.id ?? (lastId += 1);
    const message = messageOf({ kind: Kind.Request, method: Method.Get, ...init, uri, id });
    layer.request({ caller, message, receivedMs: clock.nowMs() });
    return id;
  };
  const call: Harness['call'] = (peer, method, uri, body) => {
    const payload = body === undefined ? EMPTY_BYTES : jsonPayload(body);
    const id = request(peer, uri, { method, payload, encoding: Encoding.Json, id: (lastCallId += 1) });
    const found = peer.answers.find((each) => each.id === id)?.answer;
    if (found === undefined) throw new TypeError(`Cannot read the answer to "${uri}": there is none`);
    return { status: found.status ?? 0, body: found.payload?.length ? parseJsonPayload(found.payload) : undefined };
  };
  return {
    clock,
    layer,
    observer,
    request,
    call,
    register: (peer, registration) => call(peer, Method.Post, '/services/register', registration),
    answer(peer, index, init = {}) {
      const sent = peer.requests[index];
      if (sent === undefined)
        throw new TypeError(`Cannot answer request ${String(index)}: the peer has ${String(peer.requests.length)}`);
      layer.respond(peer.link, messageOf({ kind: Kind.Response, status: 200, ...init, id: sent.id }));
    },
  };
}

/** Body of an answer as JSON. */
export const bodyOf = (answer: Message | MessageInit | undefined): unknown =>
  answer?.payload === undefined || answer.payload.length === 0 ? undefined : parseJsonPayload(answer.payload);

/** A harness with a caller `ann` and the service `math`, which takes any path, on the connection `one` of `bob`. */
export interface MathScene extends Harness {
  readonly caller: FakePeer;
  readonly one: FakePeer;
  /** A connection of `cid` that provides nothing yet. */
  readonly two: FakePeer;
  readonly addSecond: () => void;
}

export const ANY_PATH: readonly { readonly pattern: string }[] = [{ pattern: '/*rest' }];

export function createMathScene(
  limits: Partial<ServiceLimits> = {},
  registration: Readonly<Record<string, unknown>> = {},
): MathScene {
  const harness = createHarness(limits);
  const [caller, one, two] = [
    new FakePeer('c1', clientPrincipal('ann')),
    new FakePeer('p1', clientPrincipal('bob')),
    new FakePeer('p2', clientPrincipal('cid')),
  ];
  harness.register(one, { id: 'math', routes: ANY_PATH, ...registration });
  return {
    ...harness,
    caller,
    one,
    two,
    addSecond: () => void harness.register(two, { id: 'math', routes: ANY_PATH }),
  };
}

/** The problem document of the n-th answer (from 0) that `peer` got. */
export const problemOf = (peer: FakePeer, index = 0): unknown => bodyOf(peer.answers[index]?.answer);

/** Matches a text that holds `text`. */
export const containing = (text: string): unknown => expect.stringContaining(text) as unknown;
