/** A hub to be mistreated, and how to see that it does not mind. */
import { expect } from 'vitest';
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import type { HubConfigInput } from '../../server/hub/config.ts';
import { rawHttp } from './raw-http.ts';
import { startTestHub, type TestHub } from './test-hub.ts';
import { echo, WireClient } from './wire-client.ts';

export interface BadInputStage extends AsyncDisposable {
  readonly bench: TestHub;
  /** Of `cat`, who may call and provide everything. */
  readonly key: string;
  /** The uris that reached the service `echo`, in order. Tests empty it. */
  readonly reached: string[];
  /** Provides another service on a connection of its own. @returns the uris that reached it, as {@link reached} */
  alsoProvide(id: string): Promise<string[]>;
  /** A good request on a new connection is answered, and nothing is left of what came before. */
  assertUnharmed(): Promise<void>;
}

/** Reads what is in flight, waits or is open, without the clients that belong to a test itself. */
function kept({ hub }: TestHub): Readonly<Record<string, number>> {
  const { connections, services, providers, inFlight, queued } = hub.stats.current();
  const open = hub.connections.list().filter(({ closedAtMs }) => closedAtMs === null);
  return {
    connections,
    services,
    providers,
    inFlight,
    queued,
    sockets: open.length,
    ofConnections: open.reduce((sum, each) => sum + each.inFlight, 0),
    buffered: open.reduce((sum, each) => sum + each.bufferedBytes, 0),
  };
}

export async function setBadInputStage(config: Partial<HubConfigInput> = {}): Promise<BadInputStage> {
  await using stack = new AsyncDisposableStack();
  // That who misbehaves again and again is slowed down is another suite's subject.
  const bench = stack.use(await startTestHub({ blockList: { slowFromMs: 0 }, ...config }));
  const key = bench.addClient('cat');
  const provide = async (owner: AsyncDisposableStack, id: string): Promise<string[]> => {
    const reached: string[] = [];
    const provider = owner.use(await WireClient.open(bench.url, { key }));
    // It outlives the heartbeat of those who are silent.
    provider.socket.on('message', (frame: Buffer) => {
      const message = provider.codec.decode(frame);
      if (message.kind === Kind.Ping) provider.send({ kind: Kind.Pong, id: message.id });
    });
    await provider.provide({ id, routes: [{ pattern: '/*rest' }] }, (request) => {
      reached.push(request.uri ?? '');
      return echo(request);
    });
    return reached;
  };
  const reached = await provide(stack, 'echo');
  let before = kept(bench);
  const owned = stack.move();
  return {
    bench,
    key,
    reached,
    async alsoProvide(id) {
      const others = await provide(owned, id);
      before = kept(bench);
      return others;
    },
    async assertUnharmed() {
      const payload = new TextEncoder().encode('still here');
      {
        await using caller = await WireClient.open(bench.url, { key });
        const reply = await caller.request({ method: Method.Post, uri: '/echo/x', encoding: Encoding.Text, payload });
        const http = await rawHttp(bench.port, { path: '/echo/x', headers: { authorization: `Bearer ${key}` } });
        expect([reply.status, new TextDecoder().decode(reply.payload), http.status]).toEqual([200, 'still here', 200]);
      }
      await expect.poll(() => kept(bench), { interval: 5 }).toEqual(before);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
