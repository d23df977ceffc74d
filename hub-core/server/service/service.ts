import type { ClientId, ServiceId } from '../../common/base/ids.ts';
import type { Random } from '../../common/base/random.ts';
import { RouteTable } from '../../common/route/route-table.ts';
import type { Message } from '../../common/protocol/message.ts';
import type { ChoiceRule } from '../../common/traffic/choices.ts';
import type { ChoicePool, Exchange } from './exchange.ts';
import type { BalancerPolicy } from './policies/balancer-policy.ts';
import { createPolicy } from './policies/create-policy.ts';
import type { ProviderChannel } from './provider-channel.ts';
import { RequestQueue, type QueueEntry, type QueueLimits } from './request-queue.ts';
import type { ResilienceLimits } from './resilience/resilience-limits.ts';
import { ServiceResilience } from './resilience/service-resilience.ts';
import type { RouteDefinition } from './route-definition.ts';
import type { PolicyName, ServiceAccess, ServiceView } from './service-view.ts';

/** What a registration says of the service as a whole. */
export interface ServiceDefinition {
  readonly id: ServiceId;
  readonly routes: readonly RouteDefinition[];
  readonly description: string;
  readonly version: string;
  readonly access: ServiceAccess;
  readonly policy: PolicyName;
  /** Lower case; set when the policy is `sticky`. */
  readonly stickyHeader: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** @throws {RequestError} BAD_REQUEST_ERR when two of the routes match the same requests */
export function buildRoutes(routes: readonly RouteDefinition[]): RouteTable<RouteDefinition> {
  const table = new RouteTable<RouteDefinition>();
  for (const route of routes) table.add(route.pattern, route.methods, route);
  return table;
}

function namesOf({ id, routes }: ServiceDefinition): ReadonlyMap<string, string> {
  return new Map(routes.map(({ pattern }) => [pattern, id + pattern]));
}

/** What choosing a channel looks at. */
type Pickable = Pick<Exchange, 'caller' | 'message'>;

/**
 * A registered service: its routes, its pool of channels, and what waits for one of them.
 *
 * `Held` is the requests that wait and are handed to its channels
 */
export class Service<Held extends QueueEntry> implements ChoicePool {
  readonly id: ServiceId;
  /** The client that created it; only it and managers may update it. */
  readonly creator: ClientId;
  readonly queue: RequestQueue<Held>;
  readonly channels: ProviderChannel<Service<Held>, Held>[] = [];
  readonly resilience: ServiceResilience;
  readonly #random: Random;
  #definition: ServiceDefinition;
  #routes: RouteTable<RouteDefinition>;
  /** By pattern. */
  #routeNames: ReadonlyMap<string, string>;
  #policy: BalancerPolicy;
  calls = 0;
  errors = 0;
  /** Requests refused for their body, and answers that broke their route's schema. */
  schemaRefusals = 0;
  schemaWarnings = 0;
  /** Wall ms since when it has no channel; null while it has one. */
  emptySinceMs: number | null = null;
  /** Owned by the relay: its queue is being emptied, which can come back to itself through a caller or a link; */
  pumping = false;
  /** then it is gone through once more. */
  pumpAgain = false;

  constructor(
    definition: ServiceDefinition,
    creator: ClientId,
    deps: { readonly limits: QueueLimits & { readonly resilience: ResilienceLimits }; readonly random: Random },
  ) {
    this.id = definition.id;
    this.creator = creator;
    this.queue = new RequestQueue(deps.limits);
    this.resilience = new ServiceResilience(deps.limits.resilience);
    this.#random = deps.random;
    this.#definition = definition;
    this.#routes = buildRoutes(definition.routes);
    this.#routeNames = namesOf(definition);
    this.#policy = createPolicy(definition.policy, deps.random);
  }

  get definition(): ServiceDefinition {
    return this.#definition;
  }

  get routes(): RouteTable<RouteDefinition> {
    return this.#routes;
  }

  /** Its id and the route's pattern, the same string each time. */
  routeName({ pattern }: RouteDefinition): string {
    return this.#routeNames.get(pattern) ?? '';
  }

  /** @throws {RequestError} BAD_REQUEST_ERR when two of its routes match the same requests; nothing has changed then */
  redefine(definition: ServiceDefinition): void {
    this.#routes = buildRoutes(definition.routes);
    this.#routeNames = namesOf(definition);
    if (definition.policy !== this.#definition.policy) {
      this.#policy = createPolicy(definition.policy, this.#random);
      for (const channel of this.channels) channel.share = 0;
    }
    this.#definition = definition;
  }

  /** The channel that gets this request now; undefined when none that may have it is free. */
  pick(exchange: Pickable): ProviderChannel<Service<Held>, Held> | undefined {
    const pin = exchange.message.to;
    if (pin !== undefined) return this.#pickOf(pin);
    return this.#policy.pick(
      this.channels,
      this.#definition.stickyHeader === undefined ? '' : this.#stickyKey(exchange),
    );
  }

  choiceRule({ to }: Message): ChoiceRule {
    return to === undefined ? this.#definition.policy : 'pinned';
  }

  weighed({ to }: Message, channel: ProviderChannel<Service<Held>, Held>): number {
    if (to === undefined) return this.#policy.weighed(channel);
    return channel.link.clientId === to && channel.available ? channel.inFlight : Number.NaN;
  }

  /** True when there is a channel that may ever take new work. @param pin only channels of that client count */
  isLive(pin: string | undefined): boolean {
    return this.channels.some((channel) => !channel.draining && (pin === undefined || channel.link.clientId === pin));
  }

  /** Requests that its channels take at a time, those that are kept out not counted; Infinity when one has no limit. */
  get capacity(): number {
    let capacity = 0;
    for (const channel of this.channels) {
      if (channel.draining || channel.link.suspect || channel.link.congested) continue;
      if (channel.standing.standing !== 'admitted') continue;
      capacity += channel.maxInFlight === 0 ? Infinity : channel.maxInFlight;
    }
    return capacity;
  }

  isOfferedBy(client: string): boolean {
    return this.channels.some((channel) => channel.link.clientId === client);
  }

  view(): ServiceView {
    const { id, description, version, access, policy, routes } = this.#definition;
    return {
      id,
      builtIn: false,
      description,
      version,
      access,
      policy,
      routes: routes.map(({ pattern, methods, summary }) => ({ pattern, methods, summary })),
      providers: this.channels.map((channel) => channel.view()),
      queued: this.queue.size,
      calls: this.calls,
      errors: this.errors,
      emptySinceMs: this.emptySinceMs,
    };
  }

  /** Among one client's few channels the least loaded; the policy's turn is for requests that may go anywhere. */
  #pickOf(client: string): ProviderChannel<Service<Held>, Held> | undefined {
    let best: ProviderChannel<Service<Held>, Held> | undefined;
    for (const channel of this.channels) {
      if (channel.link.clientId !== client || !channel.available) continue;
      if (best === undefined || channel.inFlight < best.inFlight) best = channel;
    }
    return best;
  }

  /** Requests without the header keep together by their caller. */
  #stickyKey(exchange: Pickable): string {
    const name = this.#definition.stickyHeader;
    const header = exchange.message.headers.find((candidate) => candidate.name === name);
    return header?.value ?? exchange.caller.principal.clientId;
  }
}
