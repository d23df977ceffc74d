import type { Clock } from '../../../common/base/clock.ts';
import type { ConnectionId, ProviderId } from '../../../common/base/ids.ts';
import { InFlightTable } from '../../../common/dispatch/in-flight-table.ts';
import type { Logger } from '../../../common/log/logger.ts';
import { Flag, HUB_ID_BIT, Kind, Method, type Message } from '../../../common/protocol/message.ts';
import type { ProviderLink } from '../../relay.ts';
import type { TargetChannel, TargetService } from '../relayed-exchange.ts';
import type { ServiceChange } from '../service-view.ts';
import { parseHealthCheck, type HealthCheck } from './health-check.ts';
import { PROBE_IDS } from './probe-ids.ts';
import type { HealthLimits } from './resilience-limits.ts';

/** Who asks, in `from` of the hub's own requests. */
const FROM = 'hub';

export interface HealthMonitorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: HealthLimits;
  readonly directory: { get(service: string): TargetService | undefined };
}

/** One channel that is asked. */
interface Watched {
  readonly channel: TargetChannel;
  readonly check: HealthCheck;
  readonly timer: Disposable;
  failures: number;
  /** Id of the question that has no answer yet, and what ends the wait for it. */
  asked: { readonly id: number; readonly timer: Disposable } | undefined;
}

/**
 * Asks the channels of services that name a health route, each on its own connection and in its own interval, and keeps those
 * that fail from getting requests. The questions are the hub's own: no policy, queue, capture or count knows of them.
 */
export class HealthMonitor implements Disposable {
  readonly #deps: HealthMonitorDeps;
  readonly #watched = new Map<ProviderId, Watched>();
  readonly #asked = new InFlightTable<Watched>(PROBE_IDS);

  constructor(deps: HealthMonitorDeps) {
    this.#deps = deps;
  }

  /** What happened to the registry. */
  follow({ event, service, provider }: ServiceChange): void {
    if (event === 'provider-removed' && provider !== undefined) this.#forget(provider);
    if (event !== 'provider-added' && event !== 'updated') return;
    for (const channel of this.#deps.directory.get(service)?.channels ?? []) {
      if (event === 'updated' || channel.id === provider) this.#watch(channel);
    }
  }

  /** @returns false when the answer is to none of its questions */
  answered(link: ProviderLink, response: Message): boolean {
    const id = response.id - HUB_ID_BIT;
    const watched = id > 0 ? this.#asked.get(id) : undefined;
    if (watched === undefined || !isOf(watched, link.connectionId)) return false;
    this.#settle(watched);
    // A status says it all; what would follow it is of no use.
    if ((response.flags & Flag.Stream) !== 0) this.#cancel(watched, id);
    const { status } = response;
    this.#judge(watched, status >= 200 && status <= 299);
    return true;
  }

  [Symbol.dispose](): void {
    for (const provider of [...this.#watched.keys()]) this.#forget(provider);
  }

  #watch(channel: TargetChannel): void {
    this.#forget(channel.id);
    const check = parseHealthCheck(channel.service.definition.metadata);
    if (check === undefined) {
      channel.standing.setHealthy(true);
      return;
    }
    const everyMs = check.intervalMs ?? this.#deps.limits.intervalMs;
    const timer = this.#deps.clock.every(everyMs, () => this.#ask(watched));
    const watched: Watched = { channel, check, timer, failures: 0, asked: undefined };
    this.#watched.set(channel.id, watched);
  }

  #forget(provider: ProviderId): void {
    const watched = this.#watched.get(provider);
    if (watched === undefined) return;
    this.#watched.delete(provider);
    watched.timer[Symbol.dispose]();
    this.#settle(watched);
  }

  #ask(watched: Watched): void {
    const { channel, check } = watched;
    const { link } = channel;
    // A link that does not read, or may be dead, would only be given more to hold; it is known to be out already.
    if (watched.asked !== undefined) this.#timedOut(watched, watched.asked.id);
    if (channel.draining || link.congested || link.suspect) return;
    const { clock, limits, log } = this.#deps;
    const timeoutMs = Math.min(limits.timeoutMs, check.intervalMs ?? limits.intervalMs);
    const id = this.#asked.open(watched);
    const timer = clock.after(timeoutMs, () => this.#timedOut(watched, id));
    watched.asked = { id, timer };
    const uri = `/${channel.service.id}${check.path}`;
    try {
      link.send({ kind: Kind.Request, method: Method.Get, uri, from: FROM }, HUB_ID_BIT + id, timeoutMs);
    } catch (error) {
      log.warn({ error, provider: channel.id }, 'could not ask a provider after its health');
      this.#settle(watched);
      this.#judge(watched, false);
    }
  }

  #timedOut(watched: Watched, id: number): void {
    this.#settle(watched);
    this.#cancel(watched, id);
    this.#judge(watched, false);
  }

  /** Its question is over. */
  #settle(watched: Watched): void {
    if (watched.asked === undefined) return;
    watched.asked.timer[Symbol.dispose]();
    this.#asked.take(watched.asked.id);
    watched.asked = undefined;
  }

  #judge(watched: Watched, isGood: boolean): void {
    const { channel } = watched;
    watched.failures = isGood ? 0 : watched.failures + 1;
    if (isGood) channel.standing.setHealthy(true);
    else if (watched.failures >= this.#deps.limits.failures) channel.standing.setHealthy(false);
  }

  #cancel({ channel }: Watched, id: number): void {
    try {
      channel.link.send({ kind: Kind.Cancel }, HUB_ID_BIT + id);
    } catch (error) {
      this.#deps.log.warn({ error, provider: channel.id }, 'could not tell a provider of a cancelled health request');
    }
  }
}

const isOf = (watched: Watched, connection: ConnectionId): boolean => watched.channel.link.connectionId === connection;
