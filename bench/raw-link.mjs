// Links for loads that do as little as they can: whole frames that are made once, and patched.
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { createBinaryCodec } from '../hub-core/common/protocol/binary-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../hub-core/common/protocol/limits.ts';
import { Encoding, Kind, Method } from '../hub-core/common/protocol/message.ts';
import { jsonPayload } from '../hub-core/common/protocol/payload.ts';
import { idOffset } from './frame-id.mjs';
import { TcpLink } from './tcp-link.mjs';

const codec = createBinaryCodec(DEFAULT_CODEC_LIMITS);
export const encode = (message) => Buffer.from(codec.encode(message));

/** The writes of one tick leave together, as those of the SDK do. */
export function send(socket, frame) {
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

/** A session with a hub, or a place at the floor. */
export async function open(job, path) {
  const socket = await dial(job, path);
  if (job.floor) return socket;
  socket.send(encode({ kind: Kind.Hello, encoding: Encoding.Json, payload: jsonPayload({ key: job.key }) }));
  const [frame] = await once(socket, 'message');
  if (codec.decode(frame).kind !== Kind.Welcome) throw new Error('Cannot start: the hub did not say Welcome');
  return socket;
}

/** Answers every request to the service `bench` with the same body. */
export async function provide(job) {
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
