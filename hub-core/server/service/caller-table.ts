import type { ConnectionId } from '../../common/base/ids.ts';
import type { Caller } from '../relay.ts';
import type { RelayedExchange } from './relayed-exchange.ts';

/** Requests that are not over, by the connection that they came from and the id that it gave them. */
export class CallerTable {
  readonly #byConnection = new Map<ConnectionId, Map<number, RelayedExchange>>();
  #size = 0;

  /** Over all callers. */
  get size(): number {
    return this.#size;
  }

  countOf(connection: ConnectionId): number {
    return this.#byConnection.get(connection)?.size ?? 0;
  }

  /** How many each connection has. */
  *counts(): Iterable<readonly [connection: ConnectionId, count: number]> {
    for (const [connection, requests] of this.#byConnection) yield [connection, requests.size];
  }

  get(connection: ConnectionId, requestId: number): RelayedExchange | undefined {
    return this.#byConnection.get(connection)?.get(requestId);
  }

  add(exchange: RelayedExchange): void {
    const { connectionId } = exchange.caller;
    let requests = this.#byConnection.get(connectionId);
    if (requests === undefined) this.#byConnection.set(connectionId, (requests = new Map<number, RelayedExchange>()));
    requests.set(exchange.requestId, exchange);
    this.#size += 1;
  }

  /** Does nothing when the exchange is not in the table, also when another one has its id. */
  remove(exchange: RelayedExchange): void {
    const { caller, requestId } = exchange;
    const requests = this.#byConnection.get(caller.connectionId);
    if (requests?.get(requestId) !== exchange) return;
    requests.delete(requestId);
    this.#size -= 1;
    // A connection's table stays until the connection is gone; other callers (HTTP, the hub itself) never announce that.
    if (requests.size === 0 && !holdsConnection(caller)) this.#byConnection.delete(caller.connectionId);
  }

  /** What a connection has in flight, oldest first. */
  of(connection: ConnectionId): readonly RelayedExchange[] {
    return [...(this.#byConnection.get(connection)?.values() ?? [])];
  }

  all(): readonly RelayedExchange[] {
    return [...this.#byConnection.values()].flatMap((requests) => [...requests.values()]);
  }

  /** The connection is gone and its requests are over. */
  forget(connection: ConnectionId): void {
    this.#byConnection.delete(connection);
  }
}

const holdsConnection = (caller: Caller): boolean => caller.providerLink !== undefined;
