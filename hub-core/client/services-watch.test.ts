import { describe, expect, it } from 'vitest';
import { Encoding, Kind, type Message } from '../common/protocol/message.ts';
import { jsonPayload } from '../common/protocol/payload.ts';
import { scriptedClient } from '../test/support/scripted-client.ts';
import { jsonOf, type ScriptedPeer } from '../test/support/scripted-hub.ts';
import { ClientClosedError, RefusedError, RemoteError, type ServicesNews } from './index.ts';

const test = scriptedClient();
const { connect, outcome } = test;

type News = AsyncIterableIterator<ServicesNews, undefined>;

const AT = '2026-01-02T03:04:05.000Z';
const service = (id: string): Record<string, unknown> => ({
  id,
  version: '1',
  description: '',
  health: 'serving',
  provider_ids: [`${id}@c1`],
  policy: 'round-robin',
});
const seen = (id: string): unknown => ({
  id,
  version: '1',
  description: '',
  health: 'serving',
  providers: [`${id}@c1`],
});

function tell(peer: ScriptedPeer, news: Readonly<Record<string, unknown>>): void {
  peer.send({
    kind: Kind.Notice,
    uri: '/services/events',
    encoding: Encoding.Json,
    payload: jsonPayload({ at: AT, ...news }),
  });
}

/** Reads the next of it, after answering the watch that this asks for. */
async function begin(news: News, peer: ScriptedPeer, ids: readonly string[]): Promise<ServicesNews | undefined> {
  const first = news.next();
  peer.respond(
    await peer.next(Kind.Request),
    200,
    ids.map((id) => service(id)),
  );
  return (await first).value;
}

async function take(news: News, count: number): Promise<readonly (ServicesNews | undefined)[]> {
  const taken: (ServicesNews | undefined)[] = [];
  for (let index = 0; index < count; index += 1) taken.push((await news.next()).value);
  return taken;
}

const asked = ({ uri, payload }: Message): unknown => [uri, JSON.parse(Buffer.from(payload).toString())];

describe('HubClient.watchServices()', () => {
  it('[CL30] asks when it is first read, then gives the services that fit and each that changes, in order', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const news = client.watchServices({ services: 'm*' });
    await test.clock.advanceAsync(0);
    expect(peer.received.filter(({ kind }) => kind === Kind.Request)).toEqual([]);
    const first = news.next();
    const request = await peer.next(Kind.Request);
    expect(asked(request)).toEqual(['/services/watch', { services: 'm*' }]);
    // What comes right behind the answer, in the same read, must not overtake it.
    peer.respond(request, 200, [service('math')]);
    tell(peer, { event: 'added', service: 'maps', health: 'serving' });
    tell(peer, { event: 'provider-removed', service: 'math', provider: 'math@c1' });
    tell(peer, { event: 'health', service: 'math', health: 'not-serving' });
    tell(peer, { event: 'other', service: 'math' });
    tell(peer, { event: 'removed', service: 'shop' });
    tell(peer, { event: 'removed', service: 'math' });
    expect([(await first).value, ...(await take(news, 4))]).toEqual([
      { event: 'snapshot', services: [seen('math')] },
      { event: 'added', service: 'maps', health: 'serving', at: AT },
      { event: 'provider-removed', service: 'math', provider: 'math@c1', at: AT },
      { event: 'health', service: 'math', health: 'not-serving', at: AT },
      { event: 'removed', service: 'math', at: AT },
    ]);
  });

  it('[CL31] begins anew on the next connection, with what there is then', async () => {
    const client = await connect();
    const news = client.watchServices();
    await begin(news, test.hub.peer(0), ['math']);
    const next = news.next();
    test.hub.peer(0).cut();
    await test.clock.advanceAsync(10_000);
    const peer = test.hub.peer(1);
    peer.respond(await peer.next(Kind.Request), 200, [service('maps')]);
    expect((await next).value).toEqual({ event: 'snapshot', services: [seen('maps')] });
    tell(peer, { event: 'removed', service: 'maps' });
    expect(await take(news, 1)).toEqual([{ event: 'removed', service: 'maps', at: AT }]);
  });

  it('[CL31] goes on over another connection that is open, and is told by that one only', async () => {
    const client = await connect({ connections: 2 });
    const news = client.watchServices();
    await begin(news, test.hub.peer(0), []);
    tell(test.hub.peer(1), { event: 'removed', service: 'stray' });
    test.hub.peer(0).cut();
    expect(await begin(news, test.hub.peer(1), ['math'])).toEqual({ event: 'snapshot', services: [seen('math')] });
  });

  it('[CL31] asks a hub that is busy again', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const first = client.watchServices().next();
    peer.respond(await peer.next(Kind.Request), 503, { detail: 'busy' });
    await test.clock.advanceAsync(1_000);
    peer.respond(await peer.next(Kind.Request), 200, []);
    expect((await first).value).toEqual({ event: 'snapshot', services: [] });
  });

  it('[CL31] gives one that reads too slowly all services as they are, in the place of what it missed', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const news = client.watchServices();
    await begin(news, peer, []);
    for (let index = 0; index <= 1_000; index += 1) tell(peer, { event: 'removed', service: `s${String(index)}` });
    await test.clock.advanceAsync(0);
    expect(await begin(news, peer, ['math'])).toEqual({ event: 'snapshot', services: [seen('math')] });
  });

  it('[CL32] several readers share one watch, and each gets what it asked for', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const [maths, shops] = [client.watchServices({ services: 'math' }), client.watchServices({ services: 'shop' })];
    await begin(maths, peer, ['math']);
    const first = shops.next();
    const request = await peer.next(Kind.Request);
    peer.respond(request, 200, [service('math'), service('shop')]);
    tell(peer, { event: 'removed', service: 'shop' });
    tell(peer, { event: 'removed', service: 'math' });
    expect([asked(request), (await first).value, await take(shops, 1), await take(maths, 2)]).toEqual([
      ['/services/watch', { services: '*' }],
      { event: 'snapshot', services: [seen('shop')] },
      [{ event: 'removed', service: 'shop', at: AT }],
      [
        { event: 'snapshot', services: [seen('math')] },
        { event: 'removed', service: 'math', at: AT },
      ],
    ]);
  });

  it('[CL32] ends with the loop that reads it, and the hub need not tell any more', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const news = client.watchServices();
    const reading = (async () => {
      for await (const { event } of news) if (event === 'removed') break;
    })();
    peer.respond(await peer.next(Kind.Request), 200, []);
    tell(peer, { event: 'removed', service: 'math' });
    await reading;
    const last = await peer.next(Kind.Request);
    peer.respond(last, 200, []);
    expect([jsonOf(last), await news.next()]).toEqual([{ services: '-' }, { done: true, value: undefined }]);
  });

  it('[CL32] ends with the reason of its signal, once, also while it waits', async () => {
    const client = await connect();
    const stop = new AbortController();
    const news = client.watchServices({ signal: stop.signal });
    const waiting = outcome(news.next());
    stop.abort(new Error('enough'));
    expect([await waiting, await news.next()]).toEqual([new Error('enough'), { done: true, value: undefined }]);
    expect(() => client.watchServices({ signal: stop.signal })).toThrow('enough');
  });

  it('[CL32] ends with what the hub says instead, with the client, and with its refusal', async () => {
    const client = await connect();
    const peer = test.hub.peer(0);
    const asking = outcome(client.watchServices().next());
    peer.respond(await peer.next(Kind.Request), 403, { detail: 'no' });
    const denied = await asking;
    const closing = outcome(client.watchServices().next());
    await client.close();
    const other = await connect();
    const refused = outcome(other.watchServices().next());
    test.hub.peer(1).goodbye(401, { detail: 'revoked' });
    expect([denied, await closing, await refused]).toEqual([
      expect.any(RemoteError),
      expect.any(ClientClosedError),
      new RefusedError(401, 'revoked'),
    ]);
  });

  it('[CL32] refuses a pattern that is none', async () => {
    const client = await connect();
    expect(() => client.watchServices({ services: 'A/b' })).toThrow(TypeError);
  });
});
