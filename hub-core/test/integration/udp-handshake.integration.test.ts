import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Encoding, Kind } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { frameOf, handshakeDatagram, isHandshake, sign } from '../../common/transport/datagram/datagram.ts';
import { firstHello } from '../../common/transport/datagram/datagram-hello.ts';
import { get, membersOf, UdpStage } from '../support/udp-stage.ts';
import { proofOf, wireCodec } from '../support/udp-wire-client.ts';

let stage: UdpStage;

beforeEach(async () => {
  stage = await UdpStage.start({ udp: { replyMemoryBytes: 4_096 } });
});
afterEach(() => stage[Symbol.asyncDispose]());

describe('the handshake', () => {
  it('[UD4] whatever comes before a challenge is met, no more bytes go back than came', async () => {
    const client = await stage.bind();
    const nonce = randomBytes(16);
    const hello = handshakeDatagram(firstHello(nonce, (message) => wireCodec.encode(message)));
    const short = handshakeDatagram(
      wireCodec.encode({
        kind: Kind.Hello,
        encoding: Encoding.Json,
        payload: jsonPayload({ nonce: nonce.toString('hex') }),
      }),
    );
    const all = [
      ...[0, 1, 27, 28, 29, 100, 255, 256, 1_200, 1_201, 9_000].map((size) => Buffer.alloc(size)),
      ...[29, 300, 1_200].map((size) => randomBytes(size)),
      ...Array.from({ length: hello.length }, (_, size) => hello.subarray(0, size)),
      short,
      proofOf({}, { nonce, challenge: randomBytes(24) }).datagram,
      ...['request', 'ping', 'goodbye', 'welcome'].map(() =>
        handshakeDatagram(wireCodec.encode(get(1, '/status/info'))),
      ),
    ];
    const answers = new Map<number, number>();
    for (const datagram of [...all, hello, hello]) {
      const before = client.bytesIn;
      const received = await stage.figure('datagrams_received_total');
      client.send(datagram);
      await expect.poll(() => stage.figure('datagrams_received_total'), { interval: 1 }).toBe(received + 1);
      if (datagram === hello) await client.next();
      const back = client.bytesIn - before;
      expect(back).toBeLessThanOrEqual(datagram.length);
      answers.set(back, (answers.get(back) ?? 0) + 1);
    }
    // Both full Hellos were answered, and nothing else.
    expect([...answers.values()].toSorted((a, b) => a - b)).toEqual([2, all.length]);
    expect(await stage.figure('sent_bytes_total')).toBe(client.bytesIn);
    expect(await stage.figure('sessions')).toBe(0);
  }, 60_000);

  it('[UD4] a challenge holds for the nonce and the port that it was made for', async () => {
    const [one, other] = [await stage.bind(), await stage.bind()];
    const identity = { key: stage.test.addClient('sensor') };
    const context = await one.challenge();
    other.send(proofOf(identity, context).datagram);
    one.send(proofOf(identity, { ...context, nonce: randomBytes(16) }).datagram);
    one.send(
      proofOf(identity, { ...context, challenge: context.challenge.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) })
        .datagram,
    );
    await expect.poll(() => stage.figure('challenge')).toBe(3);
    const { datagram, macs } = proofOf(identity, context);
    one.send(datagram);
    one.adopt(await one.next(), macs);
    expect((await one.ask(get(1, '/status/info'))).status).toBe(200);
    expect(other.inbox).toEqual([]);
  });

  it('[UD5] a Hello that comes again gets the same Welcome again, at most ten times, and no second session', async () => {
    const client = await stage.bind();
    const { datagram, macs } = proofOf({ key: stage.test.addClient('sensor') }, await client.challenge());
    client.send(datagram);
    const welcome = await client.next();
    for (let time = 0; time < 10; time += 1) {
      client.send(datagram);
      expect(Buffer.from(await client.next())).toEqual(Buffer.from(welcome));
    }
    client.send(datagram);
    await expect.poll(() => stage.figure('spent')).toBe(1);
    expect(await stage.figure('sessions_total')).toBe(1);
    client.adopt(welcome, macs);
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
  });

  it('[UD5] a challenge is spent by a wrong key, too, and the refusal comes again', async () => {
    const client = await stage.bind();
    const context = await client.challenge();
    const key = stage.test.addClient('sensor');
    client.send(proofOf({ key: `${key.slice(0, -3)}AAA` }, context).datagram);
    const refusal = await client.next();
    client.send(proofOf({ key }, context).datagram);
    expect(Buffer.from(await client.next())).toEqual(Buffer.from(refusal));
    expect(stage.test.hub.connections.list().some(({ client: id }) => id === 'sensor')).toBe(false);
  });

  it('[UD6] a wrong key is 401, in the same words whether there is such a credential or not', async () => {
    const key = stage.test.addClient('sensor');
    const [wrong, unknown] = [`${key.slice(0, -3)}AAA`, `whub_zzzzzzzzzz_${key.slice(16)}`];
    const goodbyes: unknown[] = [];
    for (const presented of [wrong, unknown]) {
      const client = await stage.bind();
      client.send(proofOf({ client: 'sensor', key: presented }, await client.challenge()).datagram);
      const answer = await client.next();
      expect(isHandshake(answer)).toBe(true);
      goodbyes.push(membersOf(wireCodec.decode(frameOf(answer))));
    }
    expect(goodbyes[0]).toMatchObject({ status: 401, type: 'urn:whub:error:UNAUTHORIZED_ERR' });
    expect(goodbyes[1]).toEqual(goodbyes[0]);
  });

  it("[UD6] another client's key, and a client without a key, are 401", async () => {
    const key = stage.test.addClient('sensor');
    stage.test.addClient('other');
    for (const identity of [{ client: 'other', key }, { client: 'sensor' }]) {
      const goodbye = await (await stage.bind()).greet(identity);
      expect({ kind: goodbye.kind, status: goodbye.status }).toEqual({ kind: Kind.Goodbye, status: 401 });
    }
  });

  it.each(['key', 'token'])('[UD6] a %s in clear is 400', async (member) => {
    const client = await stage.bind();
    const { nonce, challenge } = await client.challenge();
    const members = { nonce: Buffer.from(nonce).toString('hex'), challenge: Buffer.from(challenge).toString('hex') };
    const payload = jsonPayload({ ...members, [member]: 'whub_something' });
    const datagram = handshakeDatagram(wireCodec.encode({ kind: Kind.Hello, encoding: Encoding.Json, payload }));
    sign(datagram, proofOf({}, { nonce, challenge }).macs.client);
    client.send(datagram);
    const goodbye = wireCodec.decode(frameOf(await client.next()));
    expect(membersOf(goodbye)).toMatchObject({
      status: 400,
      detail: expect.stringContaining('Cannot take a key or token') as string,
    });
  });

  it('[UD6] a Hello that was changed on its way is dropped, and the challenge holds still', async () => {
    const client = await stage.bind();
    const identity = { client: 'sensor', key: stage.test.addClient('sensor') };
    const context = await client.challenge();
    const { datagram, macs } = proofOf(identity, context);
    const text = Buffer.from(datagram).toString('latin1').replace('wire/1', 'evil/1');
    client.send(Buffer.from(text, 'latin1'));
    await expect.poll(() => stage.figure('forged')).toBe(1);
    client.send(datagram);
    client.adopt(await client.next(), macs);
    expect((await client.ask(get(1, '/status/info'))).status).toBe(200);
  });
});

describe('captured and bent datagrams', () => {
  it('[UD8] a captured datagram does nothing, from another address or from the same', async () => {
    const { calls } = await stage.provide('echo');
    const client = await stage.open('sensor');
    const thief = await stage.bind();
    const captured = client.seal(get(1, '/echo/a'));
    // First from elsewhere, while its own has not come: it would take the answer with it.
    thief.send(captured);
    await expect.poll(() => stage.figure('foreign')).toBe(1);
    client.send(captured);
    expect((await client.hear()).status).toBe(200);
    client.send(captured);
    thief.send(captured);
    await expect.poll(async () => [await stage.figure('replayed'), await stage.figure('foreign')]).toEqual([1, 2]);
    expect([calls.get('/echo/a'), thief.inbox, client.inbox]).toEqual([1, [], []]);
  });
});
