import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient } from '../../client/node/index.ts';
import { Kind, Method } from '../../common/protocol/message.ts';
import { TestAuthority, writeCertificate } from '../support/certificates.ts';
import { rawBytes, rawHttp } from '../support/raw-http.ts';
import { framed, helloMessage, PREFACE, TcpWire } from '../support/tcp-wire.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { startTestHub, type TestHub } from '../support/test-hub.ts';
import { UdpWireClient } from '../support/udp-wire-client.ts';
import { WireClient } from '../support/wire-client.ts';

const SLOW_MS = 60_000;
const ALIVE = '{"status":"alive"}';

const owned = new AsyncDisposableStack();
let authority: TestAuthority;
let caFile: string;
let bench: TestHub;
let key: string;

beforeAll(async () => {
  authority = await TestAuthority.create();
  const folder = owned.use(await createTempFolder()).path;
  caFile = join(folder, 'authority.crt');
  writeFileSync(caFile, authority.ca);
  bench = owned.use(await startTestHub({ tls: writeCertificate(folder, await authority.server()) }));
  key = bench.addClient('cat');
});
afterAll(() => owned.disposeAsync());

/** What a program prints that is given `input`; undefined where this machine does not have it. */
async function output(
  program: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<Buffer | undefined> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined);
  // Stays open: openssl and nc end when the hub does.
  child.stdin.write(input);
  try {
    await once(child, 'close');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}

async function https(path: string): Promise<string> {
  const request = httpsRequest({ host: 'localhost', port: bench.port, path, ca: authority.ca, agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return body;
}

const get = (): string => `GET /healthz HTTP/1.1\r\nhost: localhost:${String(bench.port)}\r\nconnection: close\r\n\r\n`;

/** Preface, Hello, one request, Goodbye: the hub answers and ends. */
const wholeSession = (): Buffer =>
  Buffer.concat([
    Buffer.from(PREFACE),
    framed(helloMessage({ key })),
    framed({ kind: Kind.Request, method: Method.Get, id: 1, uri: '/status/info' }),
    framed({ kind: Kind.Goodbye, status: 0 }),
  ]);

async function fromSocket(bytes: Uint8Array): Promise<Buffer> {
  const socket = connect(bench.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

describe('one hub on one port', { timeout: SLOW_MS }, () => {
  it('[SN9] gives curl, openssl s_client, nc, a WebSocket client and a UDP socket each their proper answer', async () => {
    const port = String(bench.port);
    const plain =
      (await output('curl', ['-s', `http://localhost:${port}/healthz`])) ??
      (await rawHttp(bench.port, { path: '/healthz' })).body;
    expect(plain.toString()).toBe(ALIVE);
    const encrypted =
      (await output('curl', ['-s', '--cacert', caFile, `https://localhost:${port}/healthz`])) ??
      (await https('/healthz'));
    expect(encrypted.toString()).toBe(ALIVE);

    const openssl = [
      's_client',
      '-quiet',
      '-verify_return_error',
      '-CAfile',
      caFile,
      '-connect',
      `127.0.0.1:${port}`,
      '-servername',
      'localhost',
    ];
    const spoken = (await output('openssl', openssl, get())) ?? (await https('/healthz'));
    expect(spoken.toString()).toContain(ALIVE);

    const session = (await output('nc', ['127.0.0.1', port], wholeSession())) ?? (await fromSocket(wholeSession()));
    expect([session.includes('"client":"cat"'), session.includes('"hub"'), session.includes('"version"')]).toEqual([
      true,
      true,
      true,
    ]);

    await using socket = await WireClient.open(bench.url, { key }, { subprotocol: 'whub.v1.json' });
    expect((await socket.request({ method: Method.Get, uri: '/status/info' })).status).toBe(200);

    await using datagrams = await UdpWireClient.open(bench.port, { key });
    expect((await datagrams.ask({ method: Method.Get, id: 1, uri: '/status/info' })).status).toBe(200);
    datagrams.tell({ kind: Kind.Goodbye, status: 0 });
    const live = (): unknown => bench.hub.connections.list().filter(({ state }) => state === 'open').length;
    await expect.poll(live).toBe(1);
  });

  it('[SN9] at the same time, with sessions over every stream transport', async () => {
    const at = `localhost:${String(bench.port)}`;
    const urls = [`ws://${at}`, `wss://${at}`, `tcp://${at}`, `tls://${at}`];
    const clients = await Promise.all(urls.map((url) => HubClient.connect({ url, key, tls: { ca: authority.ca } })));
    const [provider, ...callers] = clients;
    await using _service = await provider?.provide({
      id: 'who',
      routes: [{ pattern: '/:name', handler: ({ params }) => ({ json: Number(params['name']) }) }],
    });
    const answers = Array.from({ length: 90 }, async (_, index) => {
      const reply = await callers[index % callers.length]?.request({ method: 'GET', uri: `/who/${String(index)}` });
      return reply?.json();
    });
    const probes = Array.from({ length: 10 }, () => rawBytes(bench.port, get()));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 90 }, (_, index) => index));
    expect((await Promise.all(probes)).every((answer) => answer.includes(ALIVE))).toBe(true);
    expect(
      bench.hub.connections
        .list()
        .filter(({ state }) => state === 'open')
        .map(({ transport }) => transport)
        .toSorted(),
    ).toEqual(['tcp', 'tls', 'websocket', 'websocket']);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('[SN9] and what nobody speaks, between them, harms nobody', async () => {
    await using wire = await TcpWire.open(bench.port, { key });
    const noise = Array.from({ length: 200 }, (_, index) => {
      const bytes = Buffer.alloc(24, index);
      return index % 3 === 0
        ? rawBytes(bench.port, Buffer.concat([Buffer.from([0x16, 0x03, 0x01]), bytes]))
        : rawBytes(bench.port, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
    });
    const secure = connectTls({ host: '127.0.0.1', port: bench.port, ca: authority.ca, servername: 'localhost' });
    await once(secure, 'secureConnect');
    secure.resume();
    secure.write(Buffer.alloc(64, 0xff));
    await Promise.all([once(secure, 'close'), ...noise]);
    expect((await wire.request({ method: Method.Get, uri: '/status/info' })).status).toBe(200);
  });
});
