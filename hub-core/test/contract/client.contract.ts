import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient, RefusedError, type ConnectOptions } from '../../client/node/index.ts';
import type { TestHub } from '../support/test-hub.ts';

/** In what transports differ. */
export interface ClientTraits {
  /** It takes bodies in pieces, either way. */
  readonly streams: boolean;
  /** Services can be offered over it. */
  readonly provides: boolean;
  /** Largest body that goes in one message, bytes; absent = as large as the frame. */
  readonly maxBodyBytes?: number;
  /** Path and query for CT1. Default: with a letter that no plain request line has. */
  readonly query?: string;
}

export interface ClientStage {
  readonly hub: TestHub;
  /** How to connect over this transport, without who does. */
  readonly options: Omit<ConnectOptions, 'client' | 'key'>;
  /** Who connects. Default: the SDK's. */
  readonly Client?: { connect(options: ConnectOptions): Promise<HubClient> };
}

const BIG_INTEGER = '{"id":4634343214213523454}';
const LARGE_BYTES = 300_000;

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bodyOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 31) % 251);

/** What every provider of the suite offers, over whatever it is connected. */
async function provideCases(client: HubClient, id: string, cancelled: AbortController): Promise<void> {
  await client.provide({
    id,
    routes: [
      {
        pattern: '/echo',
        methods: ['POST'],
        handler: async (request) => ({ status: 201, headers: { 'x-got': request.uri }, body: await request.body() }),
      },
      { pattern: '/number', methods: ['GET'], handler: () => ({ body: BIG_INTEGER, encoding: 'json' }) },
      { pattern: '/fail', methods: ['GET'], handler: () => ({ status: 418, json: { short: true } }) },
      {
        pattern: '/never',
        methods: ['GET'],
        handler: async ({ signal }) => {
          await once(signal, 'abort');
          cancelled.abort();
          return {};
        },
      },
      {
        pattern: '/stream',
        methods: ['POST'],
        stream: true,
        handler: (request) => ({ body: request.stream }),
      },
    ],
  });
}

/** What a program can expect of the SDK whatever it connects over: the same interface, the same answers, the same errors. */
export function clientContract(name: string, stageOf: () => ClientStage, traits: ClientTraits): void {
  describe(`${name}: client contract`, { timeout: 60_000 }, () => {
    let owned: AsyncDisposableStack;
    let caller: HubClient;
    let key: string;
    const cancelled = { controller: new AbortController() };
    const id = name.replaceAll(/[^a-z0-9]+/g, '-');

    const connect = async (extra: Partial<ConnectOptions>): Promise<HubClient> => {
      const { Client = HubClient, options } = stageOf();
      return owned.use(await Client.connect({ ...options, reconnect: false, ...extra }));
    };

    beforeAll(async () => {
      owned = new AsyncDisposableStack();
      const { hub } = stageOf();
      key = hub.addClient(`${id}-caller`);
      const providing = { client: `${id}-provider`, key: hub.addClient(`${id}-provider`) };
      const provider = traits.provides
        ? await connect(providing)
        : owned.use(await HubClient.connect({ url: hub.url, ...providing }));
      await provideCases(provider, id, cancelled.controller);
      caller = await connect({ client: `${id}-caller`, key });
    }, 60_000);
    afterAll(() => owned.disposeAsync(), 60_000);

    it('[CT1] brings method, uri, headers, body and status both ways as they are', async () => {
      const body = bodyOf(700);
      const uri = `/${id}/echo?${traits.query ?? 'a=%2F&b=ü'}`;
      const reply = await caller.request({ method: 'POST', uri, body });
      expect([reply.status, reply.headers.get('x-got'), sha(reply.bytes())]).toEqual([201, uri, sha(body)]);
      const number = await caller.request({ uri: `/${id}/number` });
      expect(number.text()).toBe(BIG_INTEGER);
    });

    it('[CT2] answers what is wrong with the same statuses and problems', async () => {
      const typeOf = async (uri: string, method: 'GET' | 'POST' = 'GET'): Promise<readonly unknown[]> => {
        const reply = await caller.request({ uri, method });
        return [reply.status, (reply.json() as { type?: string }).type];
      };
      expect(await typeOf(`/${id}/fail`)).toEqual([418, undefined]);
      expect(await typeOf('/nobody/here')).toEqual([404, 'urn:whub:error:NOT_FOUND_ERR']);
      expect(await typeOf(`/${id}/number`, 'POST')).toEqual([405, 'urn:whub:error:METHOD_NOT_ALLOWED_ERR']);
      expect(await typeOf('/clients/')).toEqual([403, 'urn:whub:error:FORBIDDEN_ERR']);
    });

    it('[CT3] refuses a wrong key when it connects', async () => {
      const wrong = connect({ client: `${id}-caller`, key: `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}` });
      await expect(wrong).rejects.toThrow(RefusedError);
    });

    it('[CT4] gives each of many requests its own answer', async () => {
      const asked = Array.from({ length: 40 }, async (_, n) => {
        const reply = await caller.request({ method: 'POST', uri: `/${id}/echo?n=${String(n)}`, json: { n } });
        return [reply.headers.get('x-got'), reply.json()];
      });
      expect(await Promise.all(asked)).toEqual(
        Array.from({ length: 40 }, (_, n) => [`/${id}/echo?n=${String(n)}`, { n }]),
      );
    });

    it('[CT5] ends a request at its deadline, and at the provider when it is given up', async () => {
      const late = await caller.request({ uri: `/${id}/never`, timeoutMs: 300 }).then(
        ({ status }) => status,
        (error: unknown) => (error as { status?: number }).status,
      );
      expect(late).toBe(504);
      const giveUp = new AbortController();
      const given = caller.request({ uri: `/${id}/never`, signal: giveUp.signal });
      giveUp.abort(new Error('no longer'));
      await expect(given).rejects.toThrow('no longer');
      if (!cancelled.controller.signal.aborted) await once(cancelled.controller.signal, 'abort');
    });

    it('[CT6] takes large bodies, or says before it sends how large they may be', async () => {
      const { maxBodyBytes = Infinity } = traits;
      const asked = caller.request({ method: 'POST', uri: `/${id}/echo`, body: bodyOf(LARGE_BYTES) });
      if (maxBodyBytes >= LARGE_BYTES) expect(sha((await asked).bytes())).toBe(sha(bodyOf(LARGE_BYTES)));
      else await expect(asked).rejects.toThrow(/^Cannot send \d+ bytes in one message: the hub takes at most \d+/);
    });

    it('[CT7] streams both ways, or refuses to at once', async () => {
      const pieces = Array.from({ length: 8 }, () => bodyOf(40_000));
      const asked = async (): Promise<string> => {
        const body = ReadableStream.from(pieces);
        const reply = await caller.request({ method: 'POST', uri: `/${id}/stream`, body, stream: true });
        const hash = createHash('sha256');
        for await (const piece of reply) hash.update(piece);
        return hash.digest('hex');
      };
      if (traits.streams) expect(await asked()).toBe(sha(Buffer.concat(pieces)));
      else await expect(asked()).rejects.toThrow(/^Cannot stream "\/.+": .+ carries single requests only/);
    });

    it('[CT8] offers services, or refuses to at once', async () => {
      const offered = caller.provide({ id: `${id}-mine`, routes: [{ pattern: '/', handler: () => ({ json: 1 }) }] });
      if (!traits.provides) {
        await expect(offered).rejects.toThrow(/^Cannot provide ".+": .+ carries single requests only/);
        return;
      }
      await using _provision = await offered;
      expect((await caller.request({ uri: `/${id}-mine/` })).json()).toBe(1);
    });

    it('[CT9] a grant that is taken away holds from the next request on', async () => {
      const { hub } = stageOf();
      const fallen = await connect({ client: `${id}-fallen`, key: hub.addClient(`${id}-fallen`) });
      const statusOf = async (): Promise<number> => (await fallen.request({ uri: `/${id}/number` })).status;
      expect(await statusOf()).toBe(200);
      hub.hub.clients.setGrants(`${id}-fallen`, [], []);
      expect(await statusOf()).toBe(403);
    });
  });
}
