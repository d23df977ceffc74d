// Fills a traffic store with the mix: through a real hub, or written as the hub's capture would.
import { TrafficStore } from '../hub-core/capture/traffic-store.ts';
import { HubClient } from '../hub-core/client/node/index.ts';
import { systemClock } from '../hub-core/common/base/clock.ts';
import { silentLogger } from '../hub-core/common/log/logger.ts';
import { exchangeOf, MIX_CALLERS, MIX_SERVICES, randomOf } from './traffic-mix.mjs';

const BATCH_ROWS = 500;
/** Exchanges between two looks at whether the store keeps up. */
const ROWS_A_LOOK = 2_000;
const NO_BODY = { offset: 0, stored: 0, total: 0 };
const encoder = new TextEncoder();

/** Bodies of one batch behind each other. */
class Bodies {
  // oxlint-disable-next-line typescript/prefer-readonly -- JavaScript has no such modifier
  #parts = [];
  #length = 0;

  add(text) {
    if (text === '') return NO_BODY;
    const bytes = encoder.encode(text);
    const slice = { offset: this.#length, stored: bytes.byteLength, total: bytes.byteLength };
    this.#parts.push(bytes);
    this.#length += bytes.byteLength;
    return slice;
  }

  take() {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
}

/** A batch as the hub's capture module makes it. */
function batchOf(seqs, { firstSeq, random, clockOffsetMs }) {
  const bodies = new Bodies();
  const [starts, ends] = [[], []];
  for (const seq of seqs) {
    const { service, uri, method, from, status, workMs, request, reply } = exchangeOf(seq - firstSeq, random);
    const error = { 404: 'NOT_FOUND_ERR', 503: 'UNAVAILABLE_ERR' }[status] ?? '';
    starts.push({
      ...{ seq, receivedMs: seq, method, uri, service, from, connection: `c${seq % 50}`, via: 'socket' },
      ...{ transport: 'tcp', correlationId: seq % 4096, flags: 0, encoding: 1, timeoutMs: 30_000 },
      headers: [],
      body: bodies.add(request),
    });
    ends.push({
      ...{ seq, outcome: 'replied', status, error, provider: `${service}@c1`, providerClient: 'provider' },
      ...{ attempts: 1, encoding: 1, headers: [], body: bodies.add(reply) },
      ...{ checkedMs: seq + 0.1, sentMs: seq + 0.2, repliedMs: seq + workMs + 0.5, endedMs: seq + workMs + 0.6 },
    });
  }
  return { clockOffsetMs, starts, ends, droppedRows: 0, droppedBodies: 0, bytes: bodies.take() };
}

/**
 * Writes the mix to a store that no hub has open; quick.
 *
 * @param {string} dir the store's folder
 * @param {{ rows: number, seed: number }} mix
 */
export function fillDirectly(dir, { rows, seed }) {
  const limits = { maxRows: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
  using store = new TrafficStore({ dir, clock: systemClock, log: silentLogger, limits });
  const random = randomOf(seed);
  const clockOffsetMs = Date.now() - rows;
  const firstSeq = store.nextSeq;
  for (let done = 0; done < rows; done += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - done);
    const seqs = Array.from({ length: count }, (_, place) => firstSeq + done + place);
    store.write(batchOf(seqs, { firstSeq, random, clockOffsetMs }));
  }
  return store.watermark();
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Provides every service of the mix: answers with what `expected` says of the exchange whose number the request brings. */
async function provideMix(client, expected) {
  const handler = (request) => {
    const { status, workMs, reply } = expected.get(request.headers.get('x-index'));
    const answer = { status, body: reply, encoding: 'json' };
    return workMs === 0 ? answer : pause(workMs).then(() => answer);
  };
  for (const id of MIX_SERVICES) {
    const routes = [{ pattern: '/*path', methods: ['GET', 'POST'], handler }];
    await client.provide({ id, maxInFlight: 0, routes });
  }
}

/**
 * Sends the mix through a hub: a provider, and callers in a closed loop.
 *
 * @param {{ url: string, keys: ReadonlyMap<string, string> }} hub keys of `provider` and of each of MIX_CALLERS
 * @param {{ rows: number, seed: number, inFlight: number, mayGoOn?: () => Promise<unknown> }} mix `mayGoOn` is waited for now and
 *   then, so that whoever stores the traffic can keep up
 */
export async function fillThroughHub({ url, keys }, { rows, seed, inFlight, mayGoOn }) {
  await using clients = new AsyncDisposableStack();
  const connect = async (client, to = url) =>
    clients.use(await HubClient.connect({ url: to, client, key: keys.get(client) }));
  const tcp = url.replace(/^ws/, 'tcp');
  const expected = new Map();
  await provideMix(await connect('provider', tcp), expected);
  const callers = new Map();
  for (const [place, client] of MIX_CALLERS.entries())
    callers.set(client, await connect(client, place < 2 ? url : tcp));
  const random = randomOf(seed);
  let sent = 0;
  /** All wait for the one that asks. */
  let waiting;
  const work = async () => {
    while (sent < rows) {
      const index = String(sent);
      const exchange = exchangeOf(sent, random);
      sent += 1;
      if (sent % ROWS_A_LOOK === 0) await (waiting = mayGoOn?.());
      else await waiting;
      expected.set(index, exchange);
      const { uri, method, from, request } = exchange;
      const body = request === '' ? {} : { body: request, encoding: 'json' };
      await callers.get(from).request({ uri, method, headers: { 'x-index': index }, ...body });
      expected.delete(index);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}
