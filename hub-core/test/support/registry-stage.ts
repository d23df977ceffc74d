import { ClientRegistry } from '../../server/storage/client-registry.ts';
import { openHubDatabase } from '../../server/storage/database.ts';
import { FakeClock } from './fake-clock.ts';
import { temporaryFolder } from './traffic.ts';

/** A registry on a real database, and how another process would see the same one. */
export interface RegistryStage extends Disposable {
  readonly dataDir: string;
  readonly clock: FakeClock;
  readonly registry: ClientRegistry;
  /** On a connection of its own, as `whub client` has beside a running hub. */
  readonly elsewhere: ClientRegistry;
}

export function registryStage(): RegistryStage {
  using setup = new DisposableStack();
  const { path: dataDir } = setup.use(temporaryFolder());
  const clock = new FakeClock();
  const registry = new ClientRegistry(setup.use(openHubDatabase(dataDir, { holdsLock: true })), clock);
  const elsewhere = new ClientRegistry(setup.use(openHubDatabase(dataDir)), clock);
  const owned = setup.move();
  return { dataDir, clock, registry, elsewhere, [Symbol.dispose]: () => owned.dispose() };
}
