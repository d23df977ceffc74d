// An open loop: requests at a steady rate through a hub, whatever becomes of the earlier ones, so that a hub that stalls is seen
// in the latencies of all that should have been sent meanwhile. Takes its job as JSON in argv[2] and prints its result as JSON.
//
// Each latency counts from the moment that the request was due. @see Gil Tene, "How NOT to Measure Latency", 2013
import { Kind, Method } from '../hub-core/common/protocol/message.ts';
import { at, cpuSeconds } from './figures.mjs';
import { idOffset } from './frame-id.mjs';
import { encode, open, provide, send } from './raw-link.mjs';

/** Requests are sent in groups of those that came due; timers are no finer. */
const TICK_MS = 1;
const DRAIN_MS = 10_000;
const SPIN_UP_MS = 200;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends `total` requests, the n-th when it is due, and notes when each was answered. */
class OpenLoop {
  sent = 0;
  answered = 0;
  failed = 0;
  /** By number of the request; NaN while it is not answered. */
  latencies;
  // oxlint-disable typescript/prefer-readonly -- JavaScript has no such modifier
  #rate;
  #over = Promise.withResolvers();
  // oxlint-enable typescript/prefer-readonly
  #startedMs = 0;

  constructor({ rate, total }) {
    this.#rate = rate;
    this.latencies = new Float64Array(total).fill(Number.NaN);
  }

  get total() {
    return this.latencies.length;
  }

  /** @param {Buffer} request a frame, patched with each number */
  run(socket, request) {
    const requestId = idOffset(request);
    this.#startedMs = performance.now();
    socket.on('message', (frame) =>
      this.#note(frame.readUInt32LE(idOffset(frame)), frame.byteLength > request.byteLength / 2),
    );
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#startedMs) * this.#rate) / 1000) + 1;
      for (; this.sent < Math.min(this.total, due);) {
        this.sent += 1;
        request.writeUInt32LE(this.sent, requestId);
        send(socket, request);
      }
      if (this.sent < this.total) return;
      clearInterval(timer);
      setTimeout(() => this.#over.resolve(), DRAIN_MS).unref();
    }, TICK_MS);
    return this.#over.promise;
  }

  #note(id, isWhole) {
    this.latencies[id - 1] = performance.now() - (this.#startedMs + ((id - 1) * 1000) / this.#rate);
    if (!isWhole) this.failed += 1;
    this.answered += 1;
    if (this.answered === this.total) this.#over.resolve();
  }
}

/** @param {{ url: string, key: string, pid: number, rate: number, seconds: number, warmUpSeconds: number, bytes: number }} job */
async function measure(job) {
  const { rate, seconds, warmUpSeconds, bytes } = job;
  const sockets = [await provide(job), await open(job, 'caller')];
  await pause(SPIN_UP_MS);
  const loop = new OpenLoop({ rate, total: Math.round(rate * (seconds + warmUpSeconds)) });
  const request = encode({
    ...{ kind: Kind.Request, method: Method.Post, id: 1, timeoutMs: 30_000, uri: '/bench/echo' },
    payload: new Uint8Array(bytes).fill(0x61),
  });
  const cpu = { hub: cpuSeconds(job.pid), load: cpuSeconds(process.pid) };
  await loop.run(sockets[1], request);
  const share = (pid, before) => (cpuSeconds(pid) - before) / (seconds + warmUpSeconds);
  const shares = { hubCpu: share(job.pid, cpu.hub), loadCpu: share(process.pid, cpu.load) };
  for (const socket of sockets) socket.terminate();
  const { sent, answered, failed } = loop;
  const sorted = loop.latencies
    .subarray(Math.round(rate * warmUpSeconds))
    .filter((ms) => !Number.isNaN(ms))
    .toSorted();
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((part) => at(sorted, part));
  return { sent, failed: failed + sent - answered, p50Ms, p95Ms, p99Ms, ...shares };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]))));
process.exit();
