// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw on to its error handler
// A small web site, to be reached through a hub: node examples/webapp/server.mjs [--port 8080]
import { createCipheriv, createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import express from 'express';
import { WebSocketServer } from 'ws';
import { elementsFor, makeAssets } from './assets.mjs';

const MIB = 1 << 20;
const MAX_MIB = 4096;
const TICK_MS = 200;
const PUBLIC = new URL('public/', import.meta.url);

/** The same bytes each time, which no compression makes smaller: a key stream. */
function* bytes(mib) {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  for (let count = 0; count < mib; count += 1) yield cipher.update(zeros);
}

function mibOf(request, response, next) {
  request.mib = Number(request.params.mib);
  if (Number.isInteger(request.mib) && request.mib >= 0 && request.mib <= MAX_MIB) next();
  else response.status(400).json({ error: `"${request.params.mib}" is no number of MiB from 0 to ${MAX_MIB}` });
}

async function hashOf(stream) {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    hash.update(chunk);
  }
  return { bytes: length, sha256: hash.digest('hex') };
}

/** Server-sent events: one number after the other. */
function tell(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    response.write(`event: tick\nid: ${count}\ndata: ${JSON.stringify({ count })}\n\n`);
  }, TICK_MS);
  request.on('close', () => clearInterval(timer));
}

async function site(assets) {
  const template = await readFile(new URL('index.html', PUBLIC), 'utf8');
  const { head, body } = elementsFor();
  const page = template.replace('<!-- head -->', head).replace('<!-- body -->', body);
  const app = express();
  app.disable('x-powered-by');
  app.get('/', (_request, response) => response.type('html').send(page));
  app.use('/assets', express.static(assets));
  app.use(express.static(PUBLIC.pathname, { index: false }));
  app.get('/api/greeting', (request, response) => response.json({ greeting: `Hello, ${request.query.name ?? 'you'}` }));
  app.post('/api/sum', express.json(), (request, response) =>
    response.json({ sum: request.body.numbers.reduce((sum, number) => sum + number, 0) }),
  );
  app.put('/upload', async (request, response) => response.json(await hashOf(request)));
  app.get('/download/:mib', mibOf, async (request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': request.mib * MIB });
    // Whoever goes away in the middle needs no answer.
    await pipeline(Readable.from(bytes(request.mib)), response).catch(() => response.destroy());
  });
  app.get('/download/:mib/sha256', mibOf, async (request, response) => response.json(await hashOf(bytes(request.mib))));
  app.get('/events', tell);
  return app;
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const assets = await mkdtemp(join(tmpdir(), 'webapp-'));
await makeAssets(assets);
const server = createServer(await site(assets));
const sockets = new WebSocketServer({ server, path: '/echo' });
sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`webapp http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    rmSync(assets, { recursive: true, force: true });
    process.exit(0);
  });
}
