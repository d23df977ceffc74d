import type { MetricSample } from '../../common/module/module.ts';
import { toProblem } from '../../common/errors/wire.ts';

/** What came to the hub's port over HTTP. A status is a label: there are few that the hub refuses with. */
export class ListenerCounts {
  readonly #refusedUpgrades = new Map<number, number>();
  #requests = 0;
  #active = 0;
  #upgrades = 0;
  #refusedBytes = 0;

  /** Requests that are not answered yet. */
  get active(): number {
    return this.#active;
  }

  requestBegan(): void {
    this.#requests += 1;
    this.#active += 1;
  }

  requestEnded(): void {
    this.#active -= 1;
  }

  upgradeAsked(): void {
    this.#upgrades += 1;
  }

  upgradeRefused(error: unknown): void {
    const { status } = toProblem(error, {});
    this.#refusedUpgrades.set(status, (this.#refusedUpgrades.get(status) ?? 0) + 1);
  }

  /** What came was no HTTP, too large, or too slow. */
  bytesRefused(): void {
    this.#refusedBytes += 1;
  }

  metrics(): readonly MetricSample[] {
    const counter = (name: string, help: string, value: number): MetricSample => ({
      name,
      help,
      kind: 'counter',
      value,
    });
    const help = 'Upgrades to a WebSocket that were refused, by status';
    const refused = Array.from(this.#refusedUpgrades, ([status, value]): MetricSample => ({
      ...counter('upgrades_refused_total', help, value),
      labels: { status: String(status) },
    }));
    return [
      { name: 'requests_active', help: 'HTTP requests that are not answered yet', kind: 'gauge', value: this.#active },
      counter('requests_total', 'HTTP requests that came', this.#requests),
      counter('upgrades_total', 'Upgrades to a WebSocket that were asked for', this.#upgrades),
      ...refused,
      counter('bad_requests_total', 'Requests that were no HTTP, too large, or came too slowly', this.#refusedBytes),
    ];
  }
}
