import type { Clock } from '../../common/base/clock.ts';
import { Emitter } from '../../common/base/emitter.ts';
import type { ClientId, ConnectionId, ProviderId } from '../../common/base/ids.ts';
import type { Random } from '../../common/base/random.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { grantCovers, RESERVED_SERVICE_IDS } from '../grants.ts';
import type { Principal, ProviderLink } from '../relay.ts';
import { isManager } from '../roles.ts';
import { ProviderChannel } from './provider-channel.ts';
import type { ServiceContracts } from './contracts/service-contracts.ts';
import type { TargetChannel, TargetService } from './relayed-exchange.ts';
import { ChannelStanding } from './resilience/channel-standing.ts';
import { mayEjectOneOf, readmitSurplus } from './resilience/pool-share.ts';
import type { Registration, ServiceUpdate } from './registration.ts';
import { firstDifference } from './route-definition.ts';
import type { ServiceDirectory } from './service-directory.ts';
import type { ServiceLimits } from './service-limits.ts';
import type { ServiceChange } from './service-view.ts';
import { Service } from './service.ts';

export interface ServiceRegistryDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ServiceLimits;
  readonly directory: ServiceDirectory;
  readonly contracts: ServiceContracts;
  readonly reportListenerError: (error: unknown) => void;
}

export interface RegistrationResult {
  readonly service: TargetService;
  readonly provider: ProviderId;
  readonly created: boolean;
}

export const mayProvide = (principal: Principal, service: string): boolean =>
  isManager(principal) || grantCovers(principal.grants.provide, service);

export const mayCall = (principal: Principal, service: string): boolean =>
  isManager(principal) || grantCovers(principal.grants.call, service);

/** A service is seen by those who may call or provide it, and by managers. */
export const maySee = (principal: Principal, service: string): boolean =>
  mayCall(principal, service) || mayProvide(principal, service);

function notRegistered(id: string): RequestError {
  return new RequestError(
    'NOT_FOUND_ERR',
    `Cannot find service "${id}": it is not registered; GET /services/ lists what is there`,
  );
}

/**
 * Which services there are and which connections provide them. Changes are made here and nowhere else; what follows for
 * requests on their way is the relay's.
 */
export class ServiceRegistry implements Disposable {
  readonly #deps: ServiceRegistryDeps;
  readonly #changed: Emitter<ServiceChange>;
  /** Channels by connection, also those that were unregistered with requests still in flight. */
  readonly #byConnection = new Map<ConnectionId, Set<TargetChannel>>();
  readonly #forgetting = new Map<TargetService, Disposable>();

  constructor(deps: ServiceRegistryDeps) {
    this.#deps = deps;
    this.#changed = new Emitter({ onListenerError: deps.reportListenerError });
  }

  get onDidChange(): Emitter<ServiceChange>['event'] {
    return this.#changed.event;
  }

  /** Undefined when the service or the channel is not there. */
  channel(service: string, provider: string): TargetChannel | undefined {
    return this.find(service)?.channels.find((candidate) => candidate.id === provider);
  }

  find(id: string): TargetService | undefined {
    return this.#deps.directory.get(id);
  }

  /** @throws {RequestError} NOT_FOUND_ERR */
  require(id: string): TargetService {
    const service = this.#deps.directory.get(id);
    if (service === undefined) throw notRegistered(id);
    return service;
  }

  /** Channels of one connection, also unregistered ones that still have requests in flight. */
  channelsOf(connection: ConnectionId): Iterable<TargetChannel> {
    return this.#byConnection.get(connection) ?? [];
  }

  /**
   * Makes `link` a channel of the service, and the service if there is none.
   *
   * @throws {RequestError} CONFLICT_ERR for a reserved id or other routes than the service has, FORBIDDEN_ERR without a
   *   grant, TOO_LARGE_ERR when the hub has its fill of services
   */
  register(principal: Principal, link: ProviderLink, registration: Registration): RegistrationResult {
    const { id } = registration.definition;
    if (RESERVED_SERVICE_IDS.has(id))
      throw new RequestError('CONFLICT_ERR', `Cannot register service "${id}": the id is reserved for the hub`);
    if (!mayProvide(principal, id)) {
      const grants = principal.grants.provide.map((glob) => `"${glob}"`).join(', ') || 'nothing';
      throw new RequestError(
        'FORBIDDEN_ERR',
        `Cannot register service "${id}": client "${principal.clientId}" may provide ${grants}`,
      );
    }
    const [service, created] = this.#serviceFor(principal, registration);
    const known = service.channels.find((channel) => channel.link.connectionId === link.connectionId);
    const settings = {
      weight: registration.weight,
      maxInFlight: registration.maxInFlight ?? this.#deps.limits.maxInFlightPerChannel,
    };
    if (known !== undefined) {
      known.configure(settings);
      return { service, provider: known.id, created };
    }
    const channel: TargetChannel = new ProviderChannel(service, link, {
      ...settings,
      sinceMs: this.#deps.clock.wallMs(),
      standing: this.#newStanding(service, () => channel),
    });
    service.channels.push(channel);
    this.#remember(channel);
    this.#wake(service);
    if (created) this.#announce('added', service);
    this.#announce('provider-added', service, channel);
    return { service, provider: channel.id, created };
  }

  /**
   * Takes the link's channel out of the service; what it has in flight may still be answered. A service whose last
   * channel it was is forgotten.
   *
   * @throws {RequestError} NOT_FOUND_ERR when the link does not provide it
   */
  unregister(link: ProviderLink, id: string): TargetChannel {
    const channel = this.#channelOf(link, id);
    this.#take(channel);
    if (channel.exchanges.size === 0) this.#forgetChannel(channel);
    if (channel.service.channels.length === 0) this.#forget(channel.service);
    return channel;
  }

  /** @throws {RequestError} NOT_FOUND_ERR when the link does not provide it */
  drain(link: ProviderLink, id: string): TargetChannel {
    const channel = this.#channelOf(link, id);
    this.drainChannel(channel);
    return channel;
  }

  /** Gives the channel nothing new until it is registered again. */
  drainChannel(channel: TargetChannel): void {
    if (channel.draining) return;
    channel.draining = true;
    this.#announce('provider-draining', channel.service, channel);
    this.#readmitSurplus(channel.service);
  }

  /** Gives the channel new work again after a drain or an ejection. */
  undrainChannel(channel: TargetChannel): void {
    const wasDraining = channel.draining;
    channel.draining = false;
    channel.standing.readmit('it was let back by hand');
    if (wasDraining) this.#announce('provider-admitted', channel.service, channel);
  }

  /**
   * Changes what the service is, for all its channels.
   *
   * @throws {RequestError} NOT_FOUND_ERR, also when it is not for the client's eyes; FORBIDDEN_ERR for another client than
   *   its creator
   */
  update(principal: Principal, update: ServiceUpdate): TargetService {
    const service = this.require(update.id);
    if (!isManager(principal) && principal.clientId !== service.creator) {
      // Whose it is, is not for those who may not even see it.
      if (!maySee(principal, service.id)) throw notRegistered(service.id);
      throw new RequestError(
        'FORBIDDEN_ERR',
        `Cannot update service "${service.id}": only client "${service.creator}", which created it, and managers may`,
      );
    }
    const definition = { ...service.definition, ...update.changes };
    this.#deps.contracts.prepare(definition);
    service.redefine(definition);
    this.#deps.directory.routesChanged();
    this.#announce('updated', service);
    return service;
  }

  /**
   * The connection is gone: its channels leave their pools, and a service without channels is remembered for a while.
   *
   * @returns them, with what they have in flight
   */
  removeConnection(connection: ConnectionId): readonly TargetChannel[] {
    const channels = [...this.channelsOf(connection)];
    this.#byConnection.delete(connection);
    for (const channel of channels) {
      const { service } = channel;
      if (!this.#take(channel) || service.channels.length > 0) continue;
      service.emptySinceMs = this.#deps.clock.wallMs();
      if (this.#deps.limits.rememberMs === 0) this.#forget(service);
      else
        this.#forgetting.set(
          service,
          this.#deps.clock.after(this.#deps.limits.rememberMs, () => this.#forget(service)),
        );
    }
    return channels;
  }

  /** To be called when a request at the channel is over. */
  settled(channel: TargetChannel): void {
    if (channel.exchanges.size === 0 && channel.removed) this.#forgetChannel(channel);
  }

  [Symbol.dispose](): void {
    for (const service of this.#deps.directory.registered()) {
      for (const channel of service.channels) channel.standing[Symbol.dispose]();
    }
    for (const timer of this.#forgetting.values()) timer[Symbol.dispose]();
    this.#forgetting.clear();
    this.#changed[Symbol.dispose]();
  }

  /** The service that a registration means, and whether it was made for it. */
  #serviceFor(principal: Principal, { definition }: Registration): [service: TargetService, created: boolean] {
    const { directory, limits, random, contracts } = this.#deps;
    const known = directory.get(definition.id);
    if (known !== undefined) {
      const difference = firstDifference(known.definition.routes, definition.routes);
      if (difference === undefined) return [known, false];
      if (known.channels.length > 0) {
        throw new RequestError(
          'CONFLICT_ERR',
          `Cannot register service "${definition.id}": ${difference}, and every provider must bring the same routes; use POST /services/update to change them`,
        );
      }
      // Nobody provides the remembered one any more, so there is nobody whose routes these could contradict.
      this.#forget(known);
    }
    if (limits.maxServices > 0 && directory.size >= limits.maxServices) {
      throw new RequestError(
        'TOO_LARGE_ERR',
        `Cannot register service "${definition.id}": the hub has ${String(directory.size)} services, its limit`,
      );
    }
    contracts.prepare(definition);
    const service: TargetService = new Service(definition, principal.clientId, { limits, random });
    directory.add(service);
    return [service, true];
  }

  #newStanding(service: TargetService, channel: () => TargetChannel): ChannelStanding {
    const { clock, random, limits } = this.#deps;
    const { breaker, maxEjectedRatio } = limits.resilience;
    return new ChannelStanding({
      clock,
      random,
      limits: breaker,
      mayEject: () => mayEjectOneOf(service.channels, maxEjectedRatio),
      changed: (standing, reason) => {
        if (standing === 'ejected') service.resilience.ejections += 1;
        this.#announce(`provider-${standing}`, service, channel(), reason);
      },
    });
  }

  #readmitSurplus(service: TargetService): void {
    readmitSurplus(service.channels, this.#deps.limits.resilience.maxEjectedRatio);
  }

  #channelOf(link: ProviderLink, id: string): TargetChannel {
    const channel = this.#deps.directory
      .get(id)
      ?.channels.find((candidate) => candidate.link.connectionId === link.connectionId);
    if (channel === undefined) {
      throw new RequestError(
        'NOT_FOUND_ERR',
        `Cannot find a provider of service "${id}": this connection does not provide it`,
      );
    }
    return channel;
  }

  /** @returns false when it was out of its pool already */
  #take(channel: TargetChannel): boolean {
    if (channel.removed) return false;
    channel.removed = true;
    const { channels } = channel.service;
    channels.splice(channels.indexOf(channel), 1);
    channel.standing[Symbol.dispose]();
    this.#announce('provider-removed', channel.service, channel);
    this.#readmitSurplus(channel.service);
    return true;
  }

  #remember(channel: TargetChannel): void {
    const { connectionId } = channel.link;
    const channels = this.#byConnection.get(connectionId);
    if (channels === undefined) this.#byConnection.set(connectionId, new Set([channel]));
    else channels.add(channel);
  }

  #forgetChannel(channel: TargetChannel): void {
    const { connectionId } = channel.link;
    const channels = this.#byConnection.get(connectionId);
    channels?.delete(channel);
    if (channels?.size === 0) this.#byConnection.delete(connectionId);
  }

  /** It has a channel again. */
  #wake(service: TargetService): void {
    service.emptySinceMs = null;
    this.#forgetting.get(service)?.[Symbol.dispose]();
    this.#forgetting.delete(service);
  }

  #forget(service: TargetService): void {
    this.#forgetting.get(service)?.[Symbol.dispose]();
    this.#forgetting.delete(service);
    this.#deps.directory.remove(service.id);
    this.#announce('removed', service);
  }

  // oxlint-disable-next-line max-params -- what every event has, then what some have
  #announce(event: ServiceChange['event'], service: TargetService, channel?: TargetChannel, reason?: string): void {
    const atMs = this.#deps.clock.wallMs();
    const client: ClientId | undefined = channel?.link.clientId;
    this.#changed.emit({
      event,
      service: service.id,
      ...(channel === undefined ? {} : { provider: channel.id }),
      ...(client === undefined ? {} : { client }),
      ...(reason === undefined ? {} : { reason }),
      atMs,
    });
  }
}
