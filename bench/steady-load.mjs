// An open loop: requests at a steady rate through a hub, whatever becomes of the earlier ones, so that a hub that stalls is seen
// in the latencies of all that should have been sent meanwhile. Takes its job as JSON in argv[2] and prints its result as JSON.
//
// Each latency counts from the moment that the request was due. @see Gil Tene, "How NOT to Measure Latency", 2013
import { HubClient } from '../hub-core/client/node/index.ts';
import { at } from './figures.mjs';

/** Requests are sent in groups of those that came due; timers are no finer. */
const TICK_MS = 1;
const DRAIN_MS = 10_000;

/** @param {{ url: string, client: string, key: string, rate: number, seconds: number, warmUpSeconds: number, bytes: number }} job */
async function run({ url, client, key, rate, seconds, warmUpSeconds, bytes }) {
  await using provider = await HubClient.connect({ url, client, key });
  const body = new Uint8Array(bytes).fill(0x61);
  const handler = () => ({ body });
  await provider.provide({ id: 'steady', maxInFlight: 0, routes: [{ pattern: '/echo', handler }] });
  await using caller = await HubClient.connect({ url, client, key });

  const total = Math.round(rate * (seconds + warmUpSeconds));
  const warmUp = Math.round(rate * warmUpSeconds);
  const latencies = new Float64Array(total - warmUp);
  const startedMs = performance.now();
  let [sent, answered, failed] = [0, 0, 0];
  const over = Promise.withResolvers();
  const send = (index) => {
    const dueMs = startedMs + (index * 1000) / rate;
    caller
      .request({ method: 'POST', uri: `/steady/echo?n=${index}`, body })
      .then(
        ({ status }) => {
          if (status !== 200) failed += 1;
          if (index >= warmUp) latencies[index - warmUp] = performance.now() - dueMs;
        },
        () => (failed += 1),
      )
      .finally(() => {
        answered += 1;
        if (answered === total) over.resolve();
      });
  };
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) * rate) / 1000) + 1);
    for (; sent < due; sent += 1) send(sent);
    if (sent === total) {
      clearInterval(timer);
      setTimeout(() => over.resolve(), DRAIN_MS).unref();
    }
  }, TICK_MS);
  await over.promise;
  const sorted = latencies.filter((ms) => ms > 0).toSorted();
  return { sent, answered, failed, p50Ms: at(sorted, 0.5), p95Ms: at(sorted, 0.95), p99Ms: at(sorted, 0.99) };
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2]))));
