import type { ConnectionId } from '../../../common/base/ids.ts';
import type { Module, ModuleHealth } from '../../../common/module/module.ts';
import { methodWord } from '../../../common/protocol/words.ts';
import type { ContractView } from '../../service/contract-view.ts';
import type { ServiceLayer } from '../../service/service-layer.ts';
import type { ProviderView, ServiceView } from '../../service/service-view.ts';
export { createOpenApiPage } from './openapi-page.ts';
import { serviceMetrics } from './service-metrics.ts';
import type { ProviderSnapshot, ServiceSnapshot } from './service-snapshot.ts';

export interface ServiceManagerDeps {
  readonly layer: ServiceLayer;
  /** Address of a connection for people; the service layer itself knows no sockets. */
  readonly remoteAddressOf: (connection: ConnectionId) => string;
}

/** The service layer as a module of the hub, and what the console sees of it. */
export interface ServiceManager extends Module {
  list(): readonly ServiceSnapshot[];
  /** What the service announced; undefined when there is none of that id. */
  contractOf(service: string): ContractView | undefined;
  /** @returns false when there is no such channel */
  drainProvider(service: string, provider: string): boolean;
  /** Ends a drain or an ejection. @returns false when there is no such channel */
  undrainProvider(service: string, provider: string): boolean;
  /** @returns false when there is no such channel @throws {RequestError} CONFLICT_ERR when its pool cannot do without it */
  ejectProvider(service: string, provider: string, forMs: number): boolean;
  /** @param weight 1 to 1,000 @returns false when there is no such channel */
  setProviderWeight(service: string, provider: string, weight: number): boolean;
}

function providerSnapshot(provider: ProviderView, remoteAddress: string): ProviderSnapshot {
  return { ...provider, remoteAddress };
}

function serviceSnapshot(service: ServiceView, deps: ServiceManagerDeps): ServiceSnapshot {
  return {
    ...service,
    routes: service.routes.map((route) => ({
      pattern: route.pattern,
      methods: route.methods.map((method) => methodWord(method)),
      ...(route.summary === '' ? {} : { summary: route.summary }),
    })),
    providers: service.providers.map((provider) =>
      providerSnapshot(provider, deps.remoteAddressOf(provider.connection)),
    ),
  };
}

/** A service without a provider is its client's matter: the hub itself serves. */
function healthOf(layer: ServiceLayer): ModuleHealth {
  const registered = layer.services().filter((service) => !service.builtIn);
  const empty = registered.filter((service) => service.emptySinceMs !== null).length;
  const parts = [
    `${String(registered.length)} services`,
    `${String(layer.inFlight)} requests in flight`,
    `${String(layer.queued)} queued`,
    ...(empty === 0 ? [] : [`${String(empty)} without a provider`]),
  ];
  return { state: 'serving', detail: parts.join(', ') };
}

/**
 * Wraps the service layer; the layer itself works from the moment it is made, so `start` has nothing to acquire.
 */
export function createServiceManager(deps: ServiceManagerDeps): ServiceManager {
  const { layer } = deps;
  return {
    name: 'service-manager',
    dependsOn: [],
    start: async (signal) => {
      signal.throwIfAborted();
    },
    drain: (signal) => layer.drainAll(signal),
    stop: async () => {
      layer[Symbol.dispose]();
    },
    health: () => healthOf(layer),
    list: () => layer.services().map((service) => serviceSnapshot(service, deps)),
    contractOf: (service) => layer.contractOf(service),
    metrics: () => serviceMetrics(layer.tallies()),
    limits: () => layer.limitUses(),
    drainProvider: (service, provider) => layer.drain(service, provider),
    undrainProvider: (service, provider) => layer.undrain(service, provider),
    ejectProvider: (service, provider, forMs) => layer.eject(service, provider, forMs),
    setProviderWeight: (service, provider, weight) => layer.setWeight(service, provider, weight),
  };
}
