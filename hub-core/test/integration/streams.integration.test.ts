import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, Method, type MessageInit } from '../../common/protocol/message.ts';
import { rawHttp } from '../support/raw-http.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { WireClient } from '../support/wire-client.ts';

let stage: TestHub;
let keys: { readonly cat: string; readonly dog: string };

beforeAll(async () => {
  stage = await startTestHub();
  keys = { cat: stage.addClient('cat'), dog: stage.addClient('dog') };
});
afterAll(() => stage[Symbol.asyncDispose]());

const OPENED: MessageInit = { kind: Kind.Response, status: 200, encoding: Encoding.Text, flags: Flag.Stream };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A caller and a provider that answers nothing by itself. */
async function pair(
  service: string,
): Promise<AsyncDisposable & { readonly caller: WireClient; readonly provider: WireClient }> {
  await using stack = new AsyncDisposableStack();
  const caller = stack.use(await WireClient.open(stage.url, { key: keys.cat }));
  const provider = stack.use(await WireClient.open(stage.url, { key: keys.dog }));
  await provider.provide({ id: service, routes: [{ pattern: '/*rest' }] }, () => undefined);
  const owned = stack.move();
  return { caller, provider, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe('Streams through a running hub', () => {
  it('[SM1] passes bodies in pieces both ways', async () => {
    await using peers = await pair('both');
    const { caller, provider } = peers;
    caller.send({ kind: Kind.Request, id: 5, method: Method.Post, uri: '/both/x', flags: Flag.Stream });
    caller.send({ kind: Kind.Data, id: 5, payload: bytes('up '), flags: 0 });
    caller.send({ kind: Kind.Data, id: 5, payload: bytes('end'), flags: Flag.End });
    const { id } = await provider.next(Kind.Request);
    const up = [await provider.next(Kind.Data, id), await provider.next(Kind.Data, id)];
    provider.send({ ...OPENED, id });
    provider.send({ kind: Kind.Data, id, payload: bytes('down') });
    provider.send({ kind: Kind.Data, id, flags: Flag.End });
    const opened = await caller.next(Kind.Response, 5);
    const down = [await caller.next(Kind.Data, 5), await caller.next(Kind.Data, 5)];
    const told = [...up, ...down].map(({ payload, flags }) => [Buffer.from(payload).toString(), flags]);
    expect([opened.flags, told]).toEqual([
      Flag.Stream,
      [
        ['up ', 0],
        ['end', Flag.End],
        ['down', 0],
        ['', Flag.End],
      ],
    ]);
  });

  it('[SM3] breaks off with 413 what goes over the credit, and cancels it', async () => {
    await using peers = await pair('over');
    const { caller, provider } = peers;
    caller.send({ kind: Kind.Request, id: 5, method: Method.Get, uri: '/over/x' });
    const { id } = await provider.next(Kind.Request);
    provider.send({ ...OPENED, id });
    provider.send({ kind: Kind.Data, id, payload: new Uint8Array(262_144) });
    provider.send({ kind: Kind.Data, id, payload: new Uint8Array(1) });
    await caller.next(Kind.Data, 5);
    const last = await caller.next(Kind.Data, 5);
    const cancel = await provider.next(Kind.Cancel);
    expect([last.status, last.flags, cancel.id]).toEqual([413, Flag.End, id]);
  });

  it('[SM11] breaks an open answer off with 502 when its provider is gone', async () => {
    await using peers = await pair('lost');
    const { caller, provider } = peers;
    caller.send({ kind: Kind.Request, id: 5, method: Method.Get, uri: '/lost/x' });
    const { id } = await provider.next(Kind.Request);
    provider.send({ ...OPENED, id });
    await caller.next(Kind.Response, 5);
    provider.socket.terminate();
    const last = await caller.next(Kind.Data, 5);
    expect([last.status, last.flags]).toEqual([502, Flag.End]);
  });

  it('[SM18] gives an HTTP caller a stream that is longer than the credit', async () => {
    await using peers = await pair('whole');
    const { provider } = peers;
    const reply = rawHttp(stage.port, { path: '/whole/x', headers: { authorization: `Bearer ${keys.cat}` } });
    const { id } = await provider.next(Kind.Request);
    provider.send({ ...OPENED, id });
    for (let count = 0; count < 8; count += 1) {
      provider.send({ kind: Kind.Data, id, payload: new Uint8Array(100_000).fill(0x61) });
      // The hub stands in for the HTTP caller.
      await provider.next(Kind.Credit, id);
    }
    provider.send({ kind: Kind.Data, id, flags: Flag.End });
    const { status, headers, body } = await reply;
    expect([status, body.byteLength, headers['content-type'], headers['content-security-policy']]).toEqual([
      200,
      800_000,
      'text/plain; charset=utf-8',
      expect.stringContaining('sandbox'),
    ]);
  });
});
