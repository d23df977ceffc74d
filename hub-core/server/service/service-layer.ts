import type { Clock } from '../../common/base/clock.ts';
import type { Event } from '../../common/base/emitter.ts';
import type { ConnectionId } from '../../common/base/ids.ts';
import type { Random } from '../../common/base/random.ts';
import type { Logger } from '../../common/log/logger.ts';
import type { LimitUse } from '../../common/module/module.ts';
import type { Method } from '../../common/protocol/message.ts';
import type { Principal, Relay } from '../relay.ts';
import type { BuiltInService } from './built-in.ts';
import { builtInContractOf, contractOf, type ContractView } from './contract-view.ts';
import { ServiceContracts, type ContractWarning } from './contracts/service-contracts.ts';
import { describedServices } from './described-services.ts';
import { ExchangeObservers } from './exchange-observers.ts';
import { ExchangeRelay, type RelayCounters } from './exchange-relay.ts';
import type { ExchangeObserver } from './exchange.ts';
import type { DescribedService } from './openapi/described-service.ts';
import { createPoolControl } from './resilience/pool-control.ts';
import { HealthMonitor } from './resilience/health-monitor.ts';
import { registerOver } from './resilience/register-over.ts';
import { tallyOf, type ServiceTally } from './resilience/service-tally.ts';
import type { Asked } from './request-checks.ts';
import { ServiceDirectory } from './service-directory.ts';
import type { ServiceLimits } from './service-limits.ts';
import { ServiceRegistry } from './service-registry.ts';
import { ServiceWatch } from './service-watch.ts';
import type { ServiceChange, ServiceView } from './service-view.ts';
import { createServicesApi, type ServiceOperations } from './services-api.ts';

export interface ServiceLayerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Goes into problem documents. */
  readonly hubId: string;
  readonly limits: ServiceLimits;
  readonly observers: readonly ExchangeObserver[];
  readonly builtIns: readonly BuiltInService[];
}

/** What is reached: registry, routes, pools, relay and the built-in services. */
export interface ServiceLayer extends Relay, Disposable {
  /** Requests handed to a provider or a built-in service and not answered yet. */
  readonly inFlight: number;
  /** Requests that wait for a free provider channel. */
  readonly queued: number;
  readonly counters: RelayCounters;
  /** Entries in all tables of requests; 0 when none is on its way. For leak tests. */
  readonly kept: number;
  readonly onDidChange: Event<ServiceChange>;
  /** A provider's answer broke its route's schema; at most once a minute for each channel. */
  readonly onDidWarn: Event<ContractWarning>;
  /** True when the uri leads to a route of a registered service that takes requests in pieces. Never throws. */
  takesStream(uri: string, method: Method): boolean;
  /** True when such a request is refused whatever its body is. Never throws. */
  refuses(asked: Asked): boolean;
  /** In the order of their ids; built-in ones too. */
  services(): readonly ServiceView[];
  /** With their routes and schemas: what `principal` may see of them, and reach over HTTP. */
  described(principal: Principal): readonly DescribedService[];
  /** What the service announced; undefined when there is none of that id. */
  contractOf(service: string): ContractView | undefined;
  /** Connections that provide the service now. */
  providersOf(service: string): readonly ConnectionId[];
  /** Gives the channel nothing new. @returns false when there is no such channel */
  drain(service: string, provider: string): boolean;
  /** Gives the channel new work again after a drain or an ejection. @returns false when there is no such channel */
  undrain(service: string, provider: string): boolean;
  /**
   * Keeps new work from the channel for a while.
   *
   * @returns false when there is no such channel
   * @throws {RequestError} CONFLICT_ERR when its pool cannot do without it
   */
  eject(service: string, provider: string, forMs: number): boolean;
  /** @param weight 1 to 1,000 @returns false when there is no such channel */
  setWeight(service: string, provider: string, weight: number): boolean;
  /** What is counted of each registered service. */
  tallies(): readonly ServiceTally[];
  /** Its limits and how near it is to them. */
  limitUses(): readonly LimitUse[];
  /** Refuses new requests to registered services with 503 and resolves when none is left or `signal` aborts. Idempotent. */
  drainAll(signal: AbortSignal): Promise<void>;
  /** @throws {TypeError} when the id is taken by another built-in service */
  addBuiltIn(service: BuiltInService): Disposable;
}

/** Makes the service layer; it works at once and starts no timer before the first request. */
export function createServiceLayer(deps: ServiceLayerDeps): ServiceLayer {
  const { clock, random, limits, hubId } = deps;
  const log = deps.log.child({ module: 'service' });
  const directory = new ServiceDirectory();
  const reportListenerError = (error: unknown): void => log.error({ error }, 'a listener to changes of services threw');
  const contracts = new ServiceContracts({ clock, maxCheckedBytes: limits.maxCheckedBytes, reportListenerError });
  const registry = new ServiceRegistry({ clock, random, limits, directory, contracts, reportListenerError });
  const observers = new ExchangeObservers(deps.observers, log);
  const relay = new ExchangeRelay({ clock, log, hubId, limits, observers, directory, registry, contracts });

  // A channel that takes work again may free what waits.
  registry.onDidChange.subscribe(({ event, service }) => {
    const changed =
      event === 'provider-half-open' || event === 'provider-admitted' ? directory.get(service) : undefined;
    if (changed !== undefined) relay.pump(changed);
  });
  const monitor = new HealthMonitor({ clock, log, limits: limits.resilience.health, directory });
  registry.onDidChange.subscribe((change) => monitor.follow(change));
  relay.onUnknownAnswer = (link, response) => monitor.answered(link, response);

  const watch = new ServiceWatch((service) => directory.get(service));
  registry.onDidChange.subscribe((change) => watch.changed(change));
  directory.addBuiltIn(createServicesApi({ ...operationsOf(relay, registry, directory), watch }));
  for (const service of deps.builtIns) directory.addBuiltIn(service);

  return {
    request: (request) => relay.request(request),
    cancel: (caller, requestId) => relay.cancel(caller, requestId),
    respond: (link, response) => relay.respond(link, response),
    requestData: (caller, data) => relay.requestData(caller, data),
    responseData: (link, data) => relay.responseData(link, data),
    callerCredit: (caller, requestId, bytes) => relay.callerCredit(caller, requestId, bytes),
    providerCredit: (link, id, bytes) => relay.providerCredit(link, id, bytes),
    cancelledByProvider: (link, id) => relay.cancelledByProvider(link, id),
    linkDrained: (link) => relay.linkDrained(link),
    disconnected(connection) {
      watch.forget(connection);
      relay.disconnected(connection);
    },
    isInFlight: (connection, requestId) => relay.isInFlight(connection, requestId),
    get inFlight() {
      return relay.inFlight;
    },
    get queued() {
      return relay.queued;
    },
    get counters() {
      return relay.counters;
    },
    get kept() {
      return relay.kept;
    },
    onDidChange: registry.onDidChange,
    onDidWarn: contracts.onDidWarn,
    takesStream: (uri, method) => directory.takesStream(uri, method),
    refuses: (asked) => directory.refuses(asked),
    services: () => directory.views(),
    described: (principal) => describedServices(directory, principal),
    contractOf(id) {
      const [service, builtIn] = [directory.get(id), directory.builtIn(id)];
      if (service !== undefined) return contractOf(service);
      return builtIn === undefined ? undefined : builtInContractOf(builtIn);
    },
    ...createPoolControl({ registry, relay }),
    tallies: () => [...directory.registered()].map((service) => tallyOf(service)),
    limitUses: () => relay.limitUses(),
    providersOf: (service) => (directory.get(service)?.channels ?? []).map(({ link }) => link.connectionId),
    drainAll: (signal) => relay.drainAll(signal),
    addBuiltIn: (service) => directory.addBuiltIn(service),
    [Symbol.dispose]() {
      monitor[Symbol.dispose]();
      relay[Symbol.dispose]();
      registry[Symbol.dispose]();
      contracts[Symbol.dispose]();
    },
  };
}

/** What a change of the registry means for requests that wait. */
function operationsOf(
  relay: ExchangeRelay,
  registry: ServiceRegistry,
  directory: ServiceDirectory,
): Omit<ServiceOperations, 'watch'> {
  return {
    register(principal, link, registration) {
      const result = registerOver(registry, { principal, link, registration });
      relay.pump(result.service);
      return result;
    },
    unregister(link, service) {
      const channel = registry.unregister(link, service);
      relay.poolShrank(channel.service);
      return channel;
    },
    drain(link, service) {
      const channel = registry.drain(link, service);
      relay.poolShrank(channel.service);
      return channel;
    },
    update: (principal, update) => registry.update(principal, update),
    require: (service) => registry.require(service),
    builtIn: (service) => directory.builtIn(service),
    registered: () => directory.registered(),
  };
}
