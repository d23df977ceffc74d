// The floor: the least that a relay over `ws`, or with `tcp` over `net`, can do. One kind of provider, no checks, no deadlines, no record of anything:
// a frame comes, its id is patched, and it goes on. What the hub costs above this is what its rules cost.
import { createServer } from 'node:net';
import { WebSocketServer } from 'ws';
import { idOffset } from './frame-id.mjs';
import { TcpLink } from './tcp-link.mjs';

const providers = [];
const pending = new Map();
let lastId = 0;
let turn = 0;

/** Writes of one tick leave in one system call, as the hub's do. */
function send(socket, frame) {
  if (socket instanceof TcpLink) {
    socket.send(frame);
    return;
  }
  const raw = socket._socket;
  if (raw.writableCorked === 0) {
    raw.cork();
    setImmediate(() => raw.uncork());
  }
  socket.send(frame, { binary: true });
}

function addProvider(socket) {
  providers.push(socket);
  socket.on('close', () => providers.splice(providers.indexOf(socket), 1));
  socket.on('message', (frame) => {
    const at = idOffset(frame);
    const waiting = pending.get(frame.readUInt32LE(at));
    if (waiting === undefined) return;
    pending.delete(frame.readUInt32LE(at));
    frame.writeUInt32LE(waiting.id, at);
    send(waiting.caller, frame);
  });
}

function addCaller(socket) {
  socket.on('message', (frame) => {
    const at = idOffset(frame);
    lastId = (lastId + 1) & 0x3fff_ffff;
    pending.set(lastId, { caller: socket, id: frame.readUInt32LE(at) });
    frame.writeUInt32LE(lastId, at);
    send(providers[turn++ % providers.length], frame);
  });
}

function listening(server) {
  const { port } = server.address();
  console.log(JSON.stringify({ event: 'ready', url: `ws://127.0.0.1:${port}/`, pid: process.pid }));
}

if (process.argv[2] === 'tcp') {
  const server = createServer((socket) => {
    const link = new TcpLink(socket, setImmediate);
    link.once('message', (role) => (role.toString() === 'provider' ? addProvider(link) : addCaller(link)));
  });
  server.listen(0, '127.0.0.1', () => listening(server));
} else {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket, request) => (request.url === '/provider' ? addProvider(socket) : addCaller(socket)));
  server.on('listening', () => listening(server));
}
