// One measurement: callers in a closed loop through a relay to a provider that answers at once, all in this process, so that
// every relay meets the same load. Takes its job as JSON in argv[2] and prints its result as JSON.
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { createBinaryCodec } from '../hub-core/common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../hub-core/common/protocol/limits.ts';
import { Encoding, Kind, Method } from '../hub-core/common/protocol/message.ts';
import { jsonPayload } from '../hub-core/common/protocol/payload.ts';
import { cpuSeconds } from './figures.mjs';
import { idOffset } from './frame-id.mjs';
import { TcpLink } from './tcp-link.mjs';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const encode = (message) => Buffer.from(codec.encode(message));

/** The writes of one tick leave together, as those of the SDK do. */
function send(socket, frame) {
  if (socket instanceof TcpLink) {
    socket.send(frame);
    return;
  }
  const raw = socket._socket;
  if (raw.writableCorked === 0) {
    raw.cork();
    process.nextTick(() => raw.uncork());
  }
  socket.send(frame, { binary: true });
}

/** A link over TCP: to a hub behind the preface, to the floor behind a frame that says what it is. */
async function dialTcp({ url, floor }, path) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  if (!floor) socket.write('WHUB/1\r\n');
  const link = new TcpLink(socket, (flush) => process.nextTick(flush));
  if (floor) link.send(Buffer.from(path));
  return link;
}

async function dial(job, path) {
  if (job.transport === 'tcp') return dialTcp(job, path);
  const socket = new WebSocket(job.floor ? job.url + path : job.url, job.floor ? [] : ['whub.v1.fbs'], {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

async function open(job, path) {
  const socket = await dial(job, path);
  if (job.floor) return socket;
  socket.send(encode({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload({ key: job.key }) }));
  const [frame] = await once(socket, 'message');
  if (codec.decode(frame).kind !== Kind.Welcome) throw new Error('Cannot start: the hub did not say Welcome');
  return socket;
}

async function provide(job) {
  const socket = await open(job, 'provider');
  if (!job.floor) {
    const body = jsonPayload({ id: 'bench', routes: [{ pattern: '/echo', methods: ['POST'] }], max_in_flight: 0 });
    const uri = '/services/register';
    socket.send(
      encode({ kind: Kind.Request, method: Method.Post, id: 1, uri, encoding: Encoding.Json, payload: body }),
    );
    const [frame] = await once(socket, 'message');
    const { status } = codec.decode(frame);
    if (status >= 400) throw new Error(`Cannot start: the registration was answered with ${status}`);
  }
  const answer = encode({ kind: Kind.Response, id: 1, status: 200, payload: new Uint8Array(job.bytes).fill(0x62) });
  const answerId = idOffset(answer);
  socket.on('message', (frame) => {
    answer.writeUInt32LE(frame.readUInt32LE(idOffset(frame)), answerId);
    // Masking copies it, so that the one frame serves for every answer.
    send(socket, answer);
  });
  return socket;
}

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
