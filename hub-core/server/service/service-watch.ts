import type { ConnectionId } from '../../common/base/ids.ts';
import { RequestError } from '../../common/errors/hub-error.ts';
import { Encoding, Kind } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { grantCovers } from '../grants.ts';
import type { Caller } from '../relay.ts';
import type { TargetService } from './relayed-exchange.ts';
import { mayCall, mayProvide } from './service-registry.ts';
import type { ServiceChange } from './service-view.ts';

const TOPIC = '/services/events';

export type ServiceHealth = 'serving' | 'degraded' | 'not-serving';
type WatchEvent = 'added' | 'removed' | 'health' | 'provider-added' | 'provider-removed';

interface Watcher {
  readonly caller: Caller;
  /** Kept as one array: answers about it are remembered by it. */
  readonly globs: readonly string[];
}

interface News {
  readonly event: WatchEvent;
  readonly service: string;
  readonly provider?: string;
  readonly health?: ServiceHealth;
  readonly at: string;
}

/** `saturated` is a matter of moments, so it counts as able: it would be news at the rate of requests. */
export function lastingHealth(service: TargetService): ServiceHealth {
  if (service.channels.length === 0) return 'not-serving';
  const able = service.channels.some(({ state }) => state === 'ready' || state === 'saturated');
  return able ? 'serving' : 'degraded';
}

/**
 * Who is told of services that come, go, or change their health: at most one watch a connection. News go out after the
 * change is made, in its own turn: one that closes its watcher must not come back into a registry that is half changed.
 */
export class ServiceWatch {
  readonly #watchers = new Map<ConnectionId, Watcher>();
  readonly #healths = new Map<string, ServiceHealth>();
  readonly #find: (service: string) => TargetService | undefined;
  #waiting: { readonly watcher: Watcher; readonly news: News }[] = [];

  constructor(find: (service: string) => TargetService | undefined) {
    this.#find = find;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /**
   * From now on `caller` is told; a watch that it had is replaced.
   *
   * @throws {RequestError} BAD_REQUEST_ERR for a caller without a connection
   */
  watch(caller: Caller, glob: string): void {
    if (caller.providerLink === undefined) {
      throw new RequestError(
        'BAD_REQUEST_ERR',
        'Cannot watch services on this way: news go to a WebSocket connection, and end with it',
      );
    }
    this.#watchers.set(caller.connectionId, { caller, globs: [glob] });
  }

  /** The connection is gone. */
  forget(connection: ConnectionId): void {
    this.#watchers.delete(connection);
  }

  changed({ event, service, provider, atMs }: ServiceChange): void {
    const at = new Date(atMs).toISOString();
    const known = this.#healths.get(service);
    const found = this.#find(service);
    const health = found === undefined ? 'not-serving' : lastingHealth(found);
    if (event === 'removed') this.#healths.delete(service);
    else this.#healths.set(service, health);
    if (event === 'added') this.#tell({ event, service, health, at });
    else if (event === 'removed') this.#tell({ event, service, at });
    else if (event === 'provider-added' || event === 'provider-removed') {
      this.#tell({ event, service, ...(provider === undefined ? {} : { provider }), at });
    }
    const isNew = known !== undefined && known !== health;
    if (isNew && event !== 'removed') this.#tell({ event: 'health', service, health, at });
  }

  #tell(news: News): void {
    for (const watcher of this.#watchers.values()) {
      if (!grantCovers(watcher.globs, news.service)) continue;
      if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
      this.#waiting.push({ watcher, news });
    }
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { watcher, news } of waiting) {
      const { caller } = watcher;
      // One that left, or was told to watch something else, is not to be told any more; nor what it may no longer see.
      if (this.#watchers.get(caller.connectionId) !== watcher) continue;
      const { principal } = caller;
      if (!mayCall(principal, news.service) && !mayProvide(principal, news.service)) continue;
      caller.notify?.({ kind: Kind.Notice, uri: TOPIC, encoding: Encoding.Json, payload: jsonPayload(news) });
    }
  }
}
