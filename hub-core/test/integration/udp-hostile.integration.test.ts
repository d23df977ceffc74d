import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { seededRandom, type Random } from '../../common/base/random.ts';
import { Kind, Method } from '../../common/protocol/message.ts';
import { handshakeDatagram } from '../../common/transport/datagram/datagram.ts';
import { firstHello } from '../../common/transport/datagram/datagram-hello.ts';
import { startTestHub } from '../support/test-hub.ts';
import { proofOf, udpFigures, UdpWireClient, wireCodec } from '../support/udp-wire-client.ts';

const ROUNDS = 200;
const DATAGRAMS_A_ROUND = 500;

/** Bytes in use when all garbage is gone. */
function bytesInUse(): number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Changes some bytes of `good`, and may cut it; never gives it back as it was. */
function bent(good: Uint8Array, random: Random): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const cut = random() < 0.2;
  const copy = Buffer.from(good.subarray(0, cut ? below(good.length) : good.length));
  for (let times = 1 + below(4); times > 0 && copy.length > 0; times -= 1) copy[below(copy.length)] = below(256);
  if (copy.equals(good)) copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

it('[UD8] 100,000 bent, cut and invented datagrams leave a hub that serves, counters that say so, and no memory behind', async () => {
  await using test = await startTestHub({ limits: { heartbeatMs: 0 } });
  const key = test.addClient('sensor');
  await using client = await UdpWireClient.open(test.port, { key });
  await using stranger = await UdpWireClient.bind(test.port);
  const figures = async (): Promise<ReadonlyMap<string, number>> =>
    udpFigures(await (await fetch(`${test.httpUrl}/metrics`)).text());
  const received = async (): Promise<number> => (await figures()).get('datagrams_received_total') ?? 0;

  const nonce = randomBytes(16);
  const request = client.seal({ kind: Kind.Request, method: Method.Get, id: 1, uri: '/status/info', timeoutMs: 5_000 });
  const good = [
    handshakeDatagram(firstHello(nonce, (message) => wireCodec.encode(message))),
    proofOf({ key }, { nonce, challenge: randomBytes(24) }).datagram,
    // One that was not sent yet, from the session's own port: only its tag tells.
    request,
  ];
  const random = seededRandom(20);
  let sent = await received();
  let halfway = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let index = 0; index < DATAGRAMS_A_ROUND; index += 1) {
      const invented = random() < 0.1;
      const datagram = invented
        ? randomBytes(Math.floor(random() * 1_300))
        : bent(good[index % good.length] ?? request, random);
      (index % 2 === 0 ? client : stranger).send(datagram);
    }
    sent += DATAGRAMS_A_ROUND;
    // The next round follows when the hub has taken this one, so that the system loses none.
    await expect.poll(received, { interval: 1 }).toBe(sent);
    client.inbox.length = 0;
    stranger.inbox.length = 0;
    if (round === ROUNDS / 2) halfway = bytesInUse();
  }
  const grownBytes = bytesInUse() - halfway;
  const counted = await figures();

  for (const why of ['malformed', 'forged', 'foreign', 'unknown', 'challenge', 'short']) {
    expect([why, counted.get(why)]).toEqual([why, expect.any(Number)]);
    expect(counted.get(why)).toBeGreaterThan(0);
  }
  expect([counted.get('sessions'), counted.get('sessions_total'), counted.get('remembered_bytes')]).toEqual([1, 1, 0]);
  expect(grownBytes).toBeLessThan(4 << 20);
  client.send(request);
  expect((await client.hear()).status).toBe(200);
}, 120_000);
