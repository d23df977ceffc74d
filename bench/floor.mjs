// The floor: the least that a relay over `ws` can do. One kind of provider, no checks, no deadlines, no record of anything:
// a frame comes, its id is patched, and it goes on. What the hub costs above this is what its rules cost.
import { WebSocketServer } from 'ws';
import { idOffset } from './frame-id.mjs';

const providers = [];
const pending = new Map();
let lastId = 0;
let turn = 0;

/** Writes of one tick leave in one system call, as the hub's do. */
function send(socket, frame) {
  const raw = socket._socket;
  if (raw.writableCorked === 0) {
    raw.cork();
    setImmediate(() => raw.uncork());
  }
  socket.send(frame, { binary: true });
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket, request) => {
  if (request.url === '/provider') {
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
    return;
  }
  socket.on('message', (frame) => {
    const at = idOffset(frame);
    lastId = (lastId + 1) & 0x3fff_ffff;
    pending.set(lastId, { caller: socket, id: frame.readUInt32LE(at) });
    frame.writeUInt32LE(lastId, at);
    send(providers[turn++ % providers.length], frame);
  });
});
server.on('listening', () => {
  console.log(JSON.stringify({ event: 'ready', url: `ws://127.0.0.1:${server.address().port}/`, pid: process.pid }));
});
