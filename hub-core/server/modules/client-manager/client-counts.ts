import type { Event } from '../../../common/base/emitter.ts';
import type { MetricSample } from '../../../common/module/module.ts';
import type { ClientRegistry } from '../../storage/client-registry.ts';
import type { ClientChange } from './client-change.ts';

const STATES = ['live', 'revoked'] as const;
const ROLES = ['client', 'manager', 'root'] as const;

/** How many clients and credentials there are, read once for each change of them, and what this hub did to them. */
export class ClientCounts implements Disposable {
  readonly #registry: ClientRegistry;
  readonly #subscriptions = new DisposableStack();
  readonly #changes: Record<ClientChange['kind'], number> = { registered: 0, revoked: 0, restored: 0 };
  #read: readonly MetricSample[] | undefined;

  constructor(registry: ClientRegistry, onDidChange: Event<ClientChange>) {
    this.#registry = registry;
    this.#subscriptions.use(
      registry.onDidChange.subscribe(() => {
        this.#read = undefined;
      }),
    );
    this.#subscriptions.use(
      onDidChange.subscribe(({ kind }) => {
        this.#changes[kind] += 1;
      }),
    );
  }

  metrics(): readonly MetricSample[] {
    this.#read ??= this.#readNow();
    const help = 'Clients registered, revoked and restored through this hub since its start';
    const changes = Object.entries(this.#changes).map(([change, value]): MetricSample => ({
      name: 'changes_total',
      help,
      kind: 'counter',
      value,
      labels: { change },
    }));
    return [...this.#read, ...changes];
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose();
  }

  #readNow(): readonly MetricSample[] {
    const rows = this.#registry.counts();
    const gauge = (name: string, [help, of]: readonly [help: string, of: string], labels = {}): MetricSample[] =>
      STATES.map((state, revoked) => {
        const value = rows.find((row) => row.role === of && row.revoked === revoked)?.count ?? 0;
        return { name, help, kind: 'gauge', value, labels: { ...labels, state } };
      });
    const clients = 'Registered clients by role, those that may provide something counted as clients';
    return [
      ...ROLES.flatMap((role) => gauge('clients', [clients, role], { role })),
      ...gauge('credentials', ['Keys of clients; those of a revoked client are revoked with it', '']),
    ];
  }
}
