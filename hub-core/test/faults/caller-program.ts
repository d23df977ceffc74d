/**
 * The callers of a run: clients made with the SDK, which together send so many requests a second whether or not answers come
 * (an open loop), up to a number under way: a machine that has not the power for the load slows it, so that what a deadline
 * ends has been forgotten by the hub and not by the machine. Everything that is sent and all that comes of it is told to the
 * parent.
 */
import { HubClient, ClientError, ConnectionLostError, DeadlineError } from '../../client/node/index.ts';
import { dialNodeWebSocket } from '../../client/node/node-dial.ts';
import { seededRandom } from '../../common/base/random.ts';
import { createBinaryCodec } from '../../common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../../common/protocol/limits.ts';
import { Kind } from '../../common/protocol/message.ts';
import type { Transport } from '../../common/transport/transport.ts';
import { workBody, type CallerJob, type CallerNews, type CallerOrder } from './jobs.ts';
import type { Outcome, SentRequest, ServiceName } from './ledger.ts';

const NEVER_TIMEOUT_MS = 400;
const TICK_MS = 4;
const TELL_EVERY_MS = 100;
/** After a stall of this process it does not make up for more than so much. */
const MOST_AT_ONCE = 100;
const MOST_UNDER_WAY = 1_000;

// First: it may wait for a hub for ever.
process.on('disconnect', () => process.exit(0));
const job = JSON.parse(process.argv[2] ?? '') as CallerJob;
const { url, keys, firstClient, seed, requestsPerSecond, timeoutMs } = job;
const random = seededRandom(seed);
const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const links = new Map<number, Transport>();
/** Ids on the wire without a Response, of every connection that is open. */
const unanswered = new Set<Set<number>>();
let sent: SentRequest[] = [];
let settled: { n: number; atMs: number; outcome: Outcome }[] = [];
let stray = 0;
let lastN = job.firstN;
let underWay = 0;
let going = false;

const tell = (news: CallerNews): void => void process.send?.(news);

/** Counts what the SDK would drop in silence: a second answer on the wire. */
function watch(client: number, link: Transport): Transport {
  const asked = new Set<number>();
  links.set(client, link);
  unanswered.add(asked);
  link.onDidClose.subscribe(() => unanswered.delete(asked));
  link.onFrame.subscribe((frame) => {
    const { kind, id } = codec.decode(frame);
    if (kind === Kind.Response && !asked.delete(id)) stray += 1;
  });
  return new Proxy(link, {
    get(target, name) {
      if (name === 'send') {
        return (frame: Uint8Array): boolean => {
          const { kind, id } = codec.decode(frame);
          if (kind === Kind.Request) asked.add(id);
          return target.send(frame);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function connect(key: string, client: number): Promise<HubClient> {
  return HubClient.connect({
    url,
    key,
    waitForHub: true,
    reconnect: { baseDelayMs: 50, maxDelayMs: 300 },
    dial: async (target) => watch(client, await dialNodeWebSocket(target)),
  });
}

function outcomeOf(error: unknown): Outcome {
  const text = String(error);
  if (error instanceof ConnectionLostError) return { kind: 'connection lost', text };
  if (error instanceof DeadlineError) return { kind: 'no answer', text };
  return { kind: 'other', text: error instanceof ClientError ? `${error.name}: ${text}` : text };
}

function pickService(): ServiceName {
  const draw = random();
  if (draw < 0.01) return 'never';
  return draw < 0.0125 ? 'garbage' : 'work';
}

async function ask(client: HubClient, request: SentRequest): Promise<void> {
  const { n, service, idempotent } = request;
  sent.push(request);
  underWay += 1;
  let outcome: Outcome;
  try {
    const waitMs = random() < 0.1 ? Math.floor(random() * 30) : 0;
    const reply = await client.request({
      uri: `/${service}/do`,
      method: idempotent ? 'PUT' : 'POST',
      json: { n, waitMs },
      timeoutMs: service === 'never' ? NEVER_TIMEOUT_MS : timeoutMs,
    });
    const own = reply.status === 200 && workBody(reply.json()).n === n;
    outcome = { kind: 'reply', status: reply.status, own };
  } catch (error) {
    outcome = outcomeOf(error);
  }
  underWay -= 1;
  settled.push({ n, atMs: Date.now(), outcome });
}

const clients = await Promise.all(keys.map((key, index) => connect(key, index)));
tell({ news: 'connected' });

let owed = 0;
let lastMs = performance.now();
setInterval(() => {
  const nowMs = performance.now();
  owed = Math.min(MOST_AT_ONCE, owed + ((nowMs - lastMs) / 1000) * requestsPerSecond);
  lastMs = nowMs;
  if (!going) owed = 0;
  for (; owed >= 1 && underWay < MOST_UNDER_WAY; owed -= 1) {
    const index = Math.floor(random() * clients.length);
    const client = clients[index];
    if (client === undefined) continue;
    lastN += 1;
    const idempotent = random() < 0.6;
    const request = { n: lastN, client: firstClient + index, service: pickService(), idempotent, sentMs: Date.now() };
    void ask(client, request);
  }
}, TICK_MS);

setInterval(() => {
  const open = [...unanswered].reduce((sum, asked) => sum + asked.size, 0);
  tell({ news: 'requests', sent, settled, stray, open });
  sent = [];
  settled = [];
  stray = 0;
}, TELL_EVERY_MS);

process.on('message', (order: CallerOrder) => {
  if (order.order !== 'cut') {
    going = order.order === 'go';
    return;
  }
  for (let count = 0; count < order.clients; count += 1) {
    const client = Math.floor(random() * clients.length);
    tell({ news: 'cut', client: firstClient + client, atMs: Date.now() });
    links.get(client)?.terminate();
  }
});
