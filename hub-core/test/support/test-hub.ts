/** A real hub on a port of its own, with a data folder that is removed with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubConfigInput } from '../../server/hub/config.ts';
import { createHub, type HubDeps } from '../../server/hub/create-hub.ts';
import type { Hub } from '../../server/hub/hub.ts';

export interface TestHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly dataDir: string;
  readonly port: number;
  /** `ws://127.0.0.1:<port>/` */
  readonly url: string;
  /** `http://127.0.0.1:<port>` */
  readonly httpUrl: string;
  /** Registers a client that may call and provide everything, unless told otherwise. @returns its key */
  addClient(client: string, grants?: { call?: readonly string[]; provide?: readonly string[] }): string;
}

/** A folder for a hub's data, removed when disposed. */
export function temporaryDataDir(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'whub-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function startTestHub(config: Partial<HubConfigInput> = {}, deps: HubDeps = {}): Promise<TestHub> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryDataDir());
  const hub = stack.use(createHub({ dataDir: folder.path, port: 0, drainTimeoutMs: 2_000, ...config }, deps));
  await hub.start();
  const { port, url, httpUrl } = hub.address;
  const owned = stack.move();
  return {
    hub,
    dataDir: folder.path,
    port,
    url,
    httpUrl,
    addClient: (client, { call = ['*'], provide = ['*'] } = {}) => hub.clients.register(client, call, provide).key,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
