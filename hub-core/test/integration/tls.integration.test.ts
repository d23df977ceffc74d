import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubClient, RefusedError, type ConnectOptions } from '../../client/node/index.ts';
import { Kind, Method } from '../../common/protocol/message.ts';
import type { HubConfigInput } from '../../server/hub/config.ts';
import { HubStartError } from '../../server/hub/hub-start-error.ts';
import { TestAuthority, writeCertificate } from '../support/certificates.ts';
import { proxied } from '../support/proxy-header.ts';
import { rawBytes, rawHttp, statusOf, upgradeHead } from '../support/raw-http.ts';
import { framed, helloMessage, PREFACE, TcpWire } from '../support/tcp-wire.ts';
import { WEAK_CERTIFICATE, WEAK_KEY } from '../support/weak-certificate.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { startTestHub, temporaryDataDir, type TestHub } from '../support/test-hub.ts';
import { jsonOf } from '../support/wire-client.ts';

/** A handshake that goes well takes less, on a busy machine too; one that does not end is waited for. */
const LIMIT_MS = 1_000;

let authority: TestAuthority;
let folder: Awaited<ReturnType<typeof createTempFolder>>;
let files: NonNullable<HubConfigInput['tls']>;
let bench: TestHub;
let key: string;

beforeAll(async () => {
  authority = await TestAuthority.create();
  folder = await createTempFolder();
  files = writeCertificate(folder.path, await authority.server(), authority.ca);
  bench = await startTestHub({ tls: { ...files, clientCertificates: 'optional' } });
  key = bench.addClient('cat');
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function secure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: authority.ca, servername: 'localhost', ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** A session over TLS, as far as Welcome. */
async function session(port: number, hello: Readonly<Record<string, unknown>>, options: ConnectionOptions = {}) {
  const wire = new TcpWire(await secure(port, options));
  wire.write(PREFACE);
  wire.send(helloMessage(hello));
  return wire;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function https(
  port: number,
  path: string,
  options: ConnectionOptions & { readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const request = httpsRequest({
    host: '127.0.0.1',
    port,
    path,
    ca: authority.ca,
    servername: 'localhost',
    agent: false,
    ...options,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

const connectTo = (url: string, options: Partial<ConnectOptions> = {}): Promise<HubClient> =>
  HubClient.connect({ url, key, reconnect: false, tls: { ca: authority.ca }, ...options });

describe('TLS on the one port', () => {
  it('[TL1] carries WProtocol, HTTP and WebSockets', async () => {
    await using wire = await session(bench.port, { key });
    await wire.next(Kind.Welcome);
    expect(bench.hub.connections.list().map(({ transport, state }) => [transport, state])).toEqual([['tls', 'open']]);
    expect(await https(bench.port, '/healthz')).toEqual({ status: 200, body: '{"status":"alive"}' });
    await using client = await connectTo(`wss://localhost:${String(bench.port)}`);
    expect((await client.request({ method: 'GET', uri: '/status/info' })).status).toBe(200);
  });

  it('[TL1] agrees on whub/1 or http/1.1, and on nothing else', async () => {
    const agreed = async (ALPNProtocols: string[]): Promise<unknown> => {
      const socket = await secure(bench.port, { ALPNProtocols });
      socket.destroy();
      return socket.alpnProtocol;
    };
    expect([await agreed(['h2', 'http/1.1']), await agreed(['whub/1']), await agreed([])]).toEqual([
      'http/1.1',
      'whub/1',
      false,
    ]);
    await expect(agreed(['h2'])).rejects.toThrow(/no application protocol/);
  });

  it('[TL1] is read whole however the records are cut', async () => {
    const bytes = Buffer.concat([Buffer.from(PREFACE), framed(helloMessage({ key }))]);
    for (let cut = 1; cut < bytes.byteLength; cut += 9) {
      await using wire = new TcpWire(await secure(bench.port));
      wire.write(bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      wire.write(bytes.subarray(cut));
      await wire.next(Kind.Welcome);
      expect(wire.bytes.length).toBeGreaterThan(0);
    }
  });

  it('[TL2] plain text is taken from this machine alone by default, from nobody where it is refused', async () => {
    expect((await rawHttp(bench.port, { path: '/healthz' })).status).toBe(200);
    await using strict = await startTestHub({ tls: { ...files, plain: 'refuse' } });
    const refused = await rawBytes(strict.port, `GET / HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    expect([statusOf(refused), refused.includes('Cannot take what is not encrypted: this hub asks for TLS')]).toEqual([
      403,
      true,
    ]);
    expect(statusOf(await rawBytes(strict.port, upgradeHead(strict.port)))).toBe(403);
    await using wire = await TcpWire.connect(strict.port);
    wire.write(PREFACE);
    expect(await wire.goodbye()).toMatchObject({ status: 403, ended: true });
    expect((await https(strict.port, '/healthz')).status).toBe(200);
    const { url, httpUrl, tcpUrl, tlsUrl } = strict.hub.address;
    const at = `127.0.0.1:${String(strict.port)}`;
    expect([url, httpUrl, tcpUrl, tlsUrl]).toEqual([`wss://${at}/`, `https://${at}`, `tls://${at}`, `tls://${at}`]);
    await using behind = await startTestHub({ tls: files, proxyProtocol: { mode: 'optional' } });
    const elsewhere = Buffer.concat([proxied('192.0.2.1', 1), Buffer.from('GET /healthz HTTP/1.1\r\n\r\n')]);
    expect(statusOf(await rawBytes(behind.port, elsewhere))).toBe(403);
    await using open = await startTestHub({ tls: { ...files, plain: 'allow' }, proxyProtocol: { mode: 'optional' } });
    expect(statusOf(await rawBytes(open.port, elsewhere))).toBe(400);
  });

  it('[TL3] an address that others can reach asks for a certificate, or for leave', async () => {
    await using hub = await startTestHub({ host: '0.0.0.0', tls: files });
    expect((await https(hub.port, '/healthz')).status).toBe(200);
    await expect(startTestHub({ host: '0.0.0.0', tls: { ...files, plain: 'allow' } })).rejects.toThrow(HubStartError);
  });

  it('[TL3] files that cannot be used keep the hub from starting, and say why', async () => {
    const other = await authority.server('other');
    const at = (name: string, text: string): string => {
      const path = join(folder.path, name);
      writeFileSync(path, text);
      return path;
    };
    const good = { certFile: files.certFile ?? '', keyFile: files.keyFile ?? '' };
    const cases: readonly [HubConfigInput['tls'], RegExp][] = [
      [{ ...good, certFile: join(folder.path, 'none') }, /^Cannot read ".*none": there is no such file$/],
      [{ ...good, certFile: folder.path }, /^Cannot read ".*": it is a folder$/],
      [{ ...good, certFile: at('noise', 'noise') }, /^Cannot use ".*noise": it holds no certificate in PEM$/],
      [{ ...good, keyFile: at('noise', 'noise') }, /^Cannot use ".*noise": it holds no private key in PEM$/],
      [
        { ...good, keyFile: at('other.key', other.key) },
        /^Cannot use ".*other.key": it is the key of another certificate than ".*hub.crt"$/,
      ],
      [
        { certFile: at('weak.crt', WEAK_CERTIFICATE), keyFile: at('weak.key', WEAK_KEY) },
        /^Cannot use ".*weak\.crt": .*ee key too small/,
      ],
      [{ ...good, caFile: at('noise', 'noise') }, /^Cannot use ".*noise": it holds no certificate in PEM$/],
      [{ certFile: good.certFile }, /tls.keyFile: must name the key of certFile/],
      [{ keyFile: good.keyFile }, /tls.certFile: must name the certificate of keyFile/],
      [{ ...good, clientCertificates: 'required' }, /tls.caFile: must name the authorities/],
      [{ plain: 'refuse' }, /tls.certFile: must name a certificate/],
    ];
    for (const [tls, text] of cases) {
      using data = temporaryDataDir();
      await expect(startTestHub({ dataDir: data.path, tls })).rejects.toThrow(text);
    }
  });

  it('[TL3] is left alone where it is switched off', async () => {
    await using off = await startTestHub({ tls: files, transports: { tls: false } });
    await expect(secure(off.port)).rejects.toThrow(/alert handshake failure/);
    expect((await rawHttp(off.port, { path: '/healthz' })).status).toBe(200);
  });

  it('[TL6] a handshake that is not finished, or fails, ends and is counted', async () => {
    await using slow = await startTestHub({
      tls: { ...files, minVersion: 'TLSv1.3' },
      limits: { handshakeTimeoutMs: LIMIT_MS },
    });
    const half = rawBytes(slow.port, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    await expect(secure(slow.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/alert protocol version/);
    const noise = rawBytes(
      slow.port,
      Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x00, 0x20]), Buffer.alloc(32, 0xa5)]),
    );
    await Promise.all([half, noise]);
    const silent = await secure(slow.port);
    await once(silent.resume(), 'close');
    await using wire = new TcpWire(await secure(slow.port));
    wire.write('WHUB/');
    expect(await wire.goodbye()).toMatchObject({ status: 408 });
    const { body } = await rawHttp(slow.port, { path: '/metrics' });
    const count = (reason: string): unknown =>
      new RegExp(`arrivals_refused_total\\{[^}]*reason="${reason}"[^}]*\\} (\\d+)`).exec(body.toString())?.[1];
    expect([count('handshake'), count('silent'), count('half')]).toEqual(['3', '1', '1']);
  });

  it('[TL6] a stop ends handshakes that are not finished', async () => {
    const short = await startTestHub({ tls: files });
    const wire = await TcpWire.connect(short.port);
    wire.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    await https(short.port, '/healthz');
    await short[Symbol.asyncDispose]();
    await wire.closed;
    expect(wire.socket.destroyed).toBe(true);
  });
});

describe('a proxy before TLS', () => {
  it('[SN5] tells whose address counts behind the handshake, too', async () => {
    await using behind = await startTestHub({ tls: files, proxyProtocol: { mode: 'required' } });
    const own = behind.addClient('cat');
    const raw = connectTcp(behind.port, '127.0.0.1');
    raw.write(proxied('192.0.2.9', 4_711));
    const wire = new TcpWire(connectTls({ socket: raw, ca: authority.ca, servername: 'localhost' }));
    wire.write(PREFACE);
    wire.send(helloMessage({ key: own }));
    await wire.next(Kind.Welcome);
    expect(behind.hub.connections.list().map(({ remoteAddress }) => remoteAddress)).toEqual(['192.0.2.9:4711']);
    await wire[Symbol.asyncDispose]();
  });
});

describe('certificates that are replaced', () => {
  /** The subject of the certificate that the hub shows. */
  async function shown(port: number): Promise<unknown> {
    const socket = await secure(port);
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  }

  it(
    '[TL4] are taken up when asked, and when the files change; what is open goes on',
    { timeout: 30_000 },
    async () => {
      await using own = await createTempFolder();
      const tls = writeCertificate(own.path, await authority.server('first'));
      await using hub = await startTestHub({ tls });
      const id = hub.addClient('cat');
      await using wire = await session(hub.port, { key: id });
      await wire.next(Kind.Welcome);
      expect(await shown(hub.port)).toBe('first');
      writeCertificate(own.path, await authority.server('second'));
      await hub.hub.refresh();
      expect(await shown(hub.port)).toBe('second');
      writeCertificate(own.path, await authority.server('third'));
      await expect.poll(() => shown(hub.port)).toBe('third');
      expect((await wire.request({ method: Method.Get, uri: '/status/info' })).status).toBe(200);
    },
  );

  it('[TL4] are passed over while they do not belong together or are not there', async () => {
    await using own = await createTempFolder();
    const tls = writeCertificate(own.path, await authority.server('first'));
    await using hub = await startTestHub({ tls });
    const { keyFile = '' } = tls;
    renameSync(keyFile, `${keyFile}.away`);
    await hub.hub.refresh();
    expect(await shown(hub.port)).toBe('first');
    writeFileSync(keyFile, (await authority.server('other')).key);
    await hub.hub.refresh();
    expect(await shown(hub.port)).toBe('first');
    rmSync(keyFile);
    renameSync(`${keyFile}.away`, keyFile);
    await hub.hub.refresh();
    expect(await shown(hub.port)).toBe('first');
  });
});

describe('client certificates', () => {
  it('[TL5] count as the credential where no other is given, over every transport', async () => {
    const dog = await authority.client('dog');
    bench.addClient('dog');
    await using wire = await session(bench.port, {}, dog);
    expect(jsonOf(await wire.next(Kind.Welcome))).toMatchObject({ client: 'dog' });
    await using named = await session(bench.port, { client: 'dog' }, dog);
    expect(jsonOf(await named.next(Kind.Welcome))).toMatchObject({ client: 'dog' });
    await using keyed = await session(bench.port, { key }, dog);
    expect(jsonOf(await keyed.next(Kind.Welcome))).toMatchObject({ client: 'cat' });
    await using other = await session(bench.port, { client: 'cat' }, dog);
    expect(await other.goodbye()).toMatchObject({
      status: 401,
      detail: 'Cannot accept the certificate for client "cat": it names another client',
    });
    expect((await https(bench.port, '/status/', dog)).status).toBe(200);
    expect((await https(bench.port, '/status/')).status).toBe(401);
    await using client = await connectTo(`wss://localhost:${String(bench.port)}`, {
      key: undefined,
      tls: { ca: authority.ca, ...dog },
    });
    expect((await client.request({ method: 'GET', uri: '/status/' })).status).toBe(200);
  });

  it('[TL5] name a client by the common name where they have no URI of ours', async () => {
    await using wire = await session(bench.port, {}, await authority.issue({ use: 'client', subject: 'cat' }));
    expect(jsonOf(await wire.next(Kind.Welcome))).toMatchObject({ client: 'cat' });
    await using nobody = await session(
      bench.port,
      {},
      await authority.issue({ use: 'client', subject: 'Anna Example' }),
    );
    expect(jsonOf(await nobody.next(Kind.Welcome))).toMatchObject({ client: 'anonymous' });
  });

  it('[TL5] of clients that are unknown or disabled are refused, at once for what is open', async () => {
    await using unknown = await session(bench.port, {}, await authority.client('nobody-here'));
    expect(await unknown.goodbye()).toMatchObject({ status: 401 });
    bench.addClient('eel');
    const eel = await authority.client('eel');
    await using open = await session(bench.port, {}, eel);
    await open.next(Kind.Welcome);
    bench.hub.clients.revoke('eel');
    expect((await open.goodbye()).status).not.toBe(0);
    await using late = await session(bench.port, {}, eel);
    expect(await late.goodbye()).toMatchObject({ status: 401 });
    expect((await https(bench.port, '/status/', eel)).status).toBe(401);
  });

  it('[TL5] that do not hold are refused in words, whatever else is shown', async () => {
    const foreign = await (await TestAuthority.create('Another')).client('cat');
    const old = await authority.issue({ use: 'client', subject: 'cat', nowMs: Date.now() - 90 * 86_400_000, days: 30 });
    const wrongUse = await authority.server('cat');
    const details: unknown[] = [];
    for (const certificate of [foreign, old, wrongUse]) {
      await using wire = await session(bench.port, { key }, certificate);
      const { status, detail } = await wire.goodbye();
      details.push([status, detail]);
    }
    expect(details).toEqual([
      [401, 'Cannot accept the client certificate: it is not from an authority that this hub trusts'],
      [401, 'Cannot accept the client certificate: it has expired'],
      [401, 'Cannot accept the client certificate: it is not made for clients'],
    ]);
    expect((await https(bench.port, '/healthz', foreign)).status).toBe(401);
  });

  it('[TL5] must be shown where they are required', async () => {
    await using strict = await startTestHub({ tls: { ...files, clientCertificates: 'required' } });
    const own = strict.addClient('cat');
    await using none = await session(strict.port, { key: own });
    expect(await none.goodbye()).toEqual({
      status: 401,
      detail: 'Cannot go on without a client certificate: this hub asks for one',
      ended: true,
    });
    expect((await https(strict.port, '/healthz')).status).toBe(401);
    const cat = await authority.client('cat');
    await using wire = await session(strict.port, {}, cat);
    await wire.next(Kind.Welcome);
    expect((await https(strict.port, '/healthz', cat)).status).toBe(200);
  });

  it('[TL7] of a browser do not speak for a page of another site', async () => {
    const cat = await authority.client('cat');
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expect((await https(bench.port, '/status/', { ...cat, headers })).status).toBe(403);
    const own = `https://localhost:${String(bench.port)}`;
    const host = `localhost:${String(bench.port)}`;
    expect((await https(bench.port, '/status/', { ...cat, headers: { origin: own, host } })).status).toBe(200);
    const plain = { origin: own.replace('https', 'http'), host };
    expect((await https(bench.port, '/status/', { ...cat, headers: plain })).status).toBe(403);
  });
});

describe('the SDK over TLS', () => {
  it('[TL8] provides and calls over tls: and wss:', async () => {
    for (const scheme of ['tls', 'wss']) {
      const url = `${scheme}://localhost:${String(bench.port)}`;
      await using provider = await connectTo(url);
      await using _service = await provider.provide({
        id: scheme,
        routes: [{ pattern: '/', handler: async (request) => ({ body: await request.body() }) }],
      });
      await using caller = await connectTo(url);
      const body = new Uint8Array(300_000).map((_, index) => index % 253);
      const reply = await caller.request({ method: 'POST', uri: `/${scheme}/`, body });
      expect(Buffer.compare(reply.bytes(), body)).toBe(0);
    }
  });

  it.each(['tls', 'wss'])('[TL8] says over %s: what keeps it from connecting', async (scheme) => {
    const url = `${scheme}://localhost:${String(bench.port)}`;
    await expect(connectTo(url, { tls: {} })).rejects.toThrow(
      /: its certificate is not from an authority that is trusted here; name that authority with tls\.ca \(whub --ca FILE\)$/,
    );
    await expect(connectTo(url.replace('localhost', '127.0.0.2'))).rejects.toThrow(/: nothing listens there/);
    await expect(connectTo(url, { tls: { ca: authority.ca, serverName: 'hub.example.org' } })).rejects.toThrow(
      /: its certificate is for another name: Host: hub\.example\.org\. is not in the cert's altnames: DNS:localhost/,
    );
    await using plain = await startTestHub();
    await expect(connectTo(`${scheme}://localhost:${String(plain.port)}`)).rejects.toThrow(
      /: it refuses TLS with this client: handshake failure$/,
    );
    await using anyone = await connectTo(url, { tls: { rejectUnauthorized: false } });
    expect((await anyone.request({ method: 'GET', uri: '/status/info' })).status).toBe(200);
  });

  it('[TL8] is refused in words without a certificate that is asked for', async () => {
    await using strict = await startTestHub({ tls: { ...files, clientCertificates: 'required' } });
    await expect(connectTo(`tls://localhost:${String(strict.port)}`)).rejects.toThrow(RefusedError);
  });
});
