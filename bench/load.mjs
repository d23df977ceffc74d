// One measurement: callers in a closed loop through a relay to a provider that answers at once, all in this process, so that
// every relay meets the same load. Takes its job as JSON in argv[2] and prints its result as JSON.
import { Kind, Method } from '../hub-core/common/protocol/message.ts';
import { cpuSeconds } from './figures.mjs';
import { idOffset } from './frame-id.mjs';
import { encode, open, provide, send } from './raw-link.mjs';

async function call(job, state) {
  const socket = await open(job, 'caller');
  const request = encode({
    kind: Kind.Request,
    method: Method.Post,
    id: 1,
    timeoutMs: 30_000,
    uri: '/bench/echo',
    from: 'bench',
    payload: new Uint8Array(job.bytes).fill(0x61),
  });
  const requestId = idOffset(request);
  const sentAt = new Map();
  let lastId = 0;
  const next = () => {
    lastId += 1;
    request.writeUInt32LE(lastId, requestId);
    sentAt.set(lastId, performance.now());
    send(socket, request);
  };
  socket.on('message', (frame) => {
    const id = frame.readUInt32LE(idOffset(frame));
    const since = sentAt.get(id);
    if (since === undefined || frame.byteLength < job.bytes) state.wrong += 1;
    sentAt.delete(id);
    if (state.measuring) state.latencies.push(performance.now() - since);
    if (!state.ended) next();
  });
  for (let index = 0; index < job.inFlight / job.connections; index += 1) next();
  return socket;
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function measure(job) {
  const state = { measuring: false, ended: false, latencies: [], wrong: 0 };
  const sockets = [await provide(job)];
  for (let index = 0; index < job.connections; index += 1) sockets.push(await call(job, state));
  await pause(job.warmUpSeconds);
  const cpuBefore = cpuSeconds(job.pid);
  const startedMs = performance.now();
  state.measuring = true;
  await pause(job.seconds);
  state.measuring = false;
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = cpuSeconds(job.pid) - cpuBefore;
  state.ended = true;
  for (const socket of sockets) socket.terminate();
  const { latencies, wrong } = state;
  if (wrong > 0) throw new Error(`Cannot use the measurement: ${wrong} answers were wrong`);
  if (latencies.length === 0) throw new Error('Cannot use the measurement: no request was answered');
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    requestsPerSecond: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMicroseconds: (cpu * 1e6) / sorted.length,
  };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]))));
