import { RequestError } from '../../../common/errors/hub-error.ts';
import type { TargetChannel, TargetService } from '../relayed-exchange.ts';
import type { ServiceRegistry } from '../service-registry.ts';

export interface PoolControlDeps {
  readonly registry: ServiceRegistry;
  /** What a change means for requests that wait. */
  readonly relay: { pump(service: TargetService): void; poolShrank(service: TargetService): void };
}

/** What a person may do to one channel of a service. Each gives false when there is no such channel. */
export interface PoolControl {
  drain(service: string, provider: string): boolean;
  undrain(service: string, provider: string): boolean;
  /** @throws {RequestError} CONFLICT_ERR when its pool cannot do without it */
  eject(service: string, provider: string, forMs: number): boolean;
  setWeight(service: string, provider: string, weight: number): boolean;
}

const neededByPool = (provider: string): RequestError =>
  new RequestError(
    'CONFLICT_ERR',
    `Cannot eject provider "${provider}": too few others of its service would take requests; drain it to take it out all the same`,
  );

export function createPoolControl({ registry, relay }: PoolControlDeps): PoolControl {
  const change = (service: string, provider: string, act: (channel: TargetChannel) => void): boolean => {
    const channel = registry.channel(service, provider);
    if (channel === undefined) return false;
    act(channel);
    return true;
  };
  return {
    drain: (service, provider) =>
      change(service, provider, (channel) => {
        registry.drainChannel(channel);
        relay.poolShrank(channel.service);
      }),
    undrain: (service, provider) =>
      change(service, provider, (channel) => {
        registry.undrainChannel(channel);
        relay.pump(channel.service);
      }),
    eject: (service, provider, forMs) =>
      change(service, provider, (channel) => {
        if (!channel.standing.eject(forMs)) throw neededByPool(provider);
      }),
    setWeight: (service, provider, weight) =>
      change(service, provider, (channel) => {
        channel.weight = weight;
      }),
  };
}
