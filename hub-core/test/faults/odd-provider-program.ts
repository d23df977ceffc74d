/** A provider that breaks the rules, on the wire itself. Comes back whenever the hub has had enough of it. */
import { writeSync } from 'node:fs';
import { seededRandom } from '../../common/base/random.ts';
import { HUB_ID_BIT, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { echo, jsonOf, WireClient } from '../support/wire-client.ts';
import { workBody, type OddProviderJob, type OddWay } from './jobs.ts';

const { url, key, way, seed } = JSON.parse(process.argv[2] ?? '') as OddProviderJob;
// First: it may wait for a hub for ever.
process.on('disconnect', () => process.exit(0));

const random = seededRandom(seed);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const upTo = (most: number): number => Math.floor(random() * most);

const WORK = {
  id: 'work',
  routes: [
    { pattern: '/do', methods: ['PUT', 'POST'] },
    { pattern: '/bulk', methods: ['GET'] },
  ],
};
const REGISTRATIONS: Readonly<Record<OddWay, Readonly<Record<string, unknown>>>> = {
  twice: WORK,
  'unknown ids': WORK,
  never: { id: 'never', routes: [{ pattern: '/do' }] },
  garbage: { id: 'garbage', routes: [{ pattern: '/do' }] },
};

/** Ids of requests that came here: what is said under those is an answer, whatever it says. */
const had = new Set<number>();

function noise(): Uint8Array {
  return Uint8Array.from({ length: 1 + upTo(300) }, () => upTo(256));
}

const ANSWERS: Readonly<Record<OddWay, (client: WireClient, request: Message) => MessageInit | undefined>> = {
  twice: (client, request) => {
    work(request);
    client.send({ ...echo(request), id: request.id });
    return echo(request);
  },
  'unknown ids': (client, request) => {
    work(request);
    // One that the hub gave to another provider, or that has been answered; one of the hub's half that nobody has; and one
    // that the hub never gives.
    had.add(request.id);
    const others = request.id - 1 - upTo(50);
    if (others > HUB_ID_BIT && !had.has(others)) client.send({ ...echo(request), id: others });
    client.send({ ...echo(request), id: 0xffff_ffff - upTo(1_000) });
    client.send({ ...echo(request), id: 1 + upTo(1_000) });
    client.send({ kind: Kind.Cancel, id: 1 + upTo(1_000) });
    return echo(request);
  },
  never: () => ({ kind: Kind.Pong }),
  garbage: (client, request) => {
    if (upTo(3) > 0) return { kind: Kind.Response, status: 700 + upTo(300), payload: request.payload };
    client.sendRaw(noise(), upTo(4) > 0);
    return { kind: Kind.Pong };
  },
};

function work(request: Message): void {
  if (request.payload.byteLength > 0) say(`e${String(workBody(jsonOf(request)).n)}`);
}

/** Odd as they are, they live. Ends with the connection. */
async function answerPings(client: WireClient): Promise<void> {
  for (;;) {
    const { id, payload } = await client.next(Kind.Ping);
    client.send({ kind: Kind.Pong, id, payload });
  }
}

for (;;) {
  try {
    await using client = await WireClient.open(url, { key });
    await client.provide(REGISTRATIONS[way], (request) => ANSWERS[way](client, request));
    say('ready');
    await answerPings(client);
  } catch {
    // The hub is away, has had enough of it, or refuses it for a while: it tries again.
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
