import { execFile } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCertificates, makeServerCertificate } from '../../host/certificates/certificate-folder.ts';
import { CliProcess, type CliResult } from '../support/cli-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
/** Each command is a Node process of its own, which takes a second or more on a busy machine. */
const SLOW_MS = 90_000;

const owned = new AsyncDisposableStack();
let folder: string;
let tls: (name: string) => string;
let env: Record<string, string>;
let made: CliResult;

const whub = (...args: readonly string[]): Promise<CliResult> => CliProcess.run(args, env);

beforeAll(async () => {
  folder = owned.use(await createTempFolder()).path;
  env = { WHUB_DATA: join(folder, 'data'), WHUB_CONFIG: join(folder, 'config') };
  tls = (name) => join(folder, 'data', 'tls', name);
  made = await whub('cert', '--name', 'hub.lan', '--name', '192.0.2.7');
}, SLOW_MS);
afterAll(() => owned.disposeAsync(), SLOW_MS);

/** What a browser is told that follows the link. */
async function open(link: string): Promise<readonly [number | undefined, readonly string[] | undefined]> {
  const request = httpsRequest(link, { ca: await readFile(tls('ca.crt')), agent: false });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return [response.statusCode, response.headers['set-cookie']];
}

/** The serial number of the certificate that is shown at the port. */
async function serial(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe('whub cert', { timeout: SLOW_MS }, () => {
  it('[TL9] says where it put what it made, and how to serve with it and trust it', () => {
    const { code, stdout, stderr } = made;
    expect([code, stdout.toString().split('\n')[0]]).toEqual([0, `certificate  ${tls('server.crt')}`]);
    expect(stderr).toContain(`whub serve --tls-cert ${tls('server.crt')} --tls-key ${tls('server.key')}\n`);
    expect(stderr).toContain(`--ca ${tls('ca.crt')}`);
  });

  it('[TL9] makes certificates that OpenSSL takes at its strictest, for this machine and further names', async () => {
    const verified = await run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      tls('ca.crt'),
      tls('server.crt'),
    ]);
    expect(verified.stdout).toContain('server.crt: OK');
    const facts = await listCertificates(join(folder, 'data'));
    expect(facts.map(({ use }) => use)).toEqual(['authority', 'server']);
    expect(facts[1]?.names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1', 'hub.lan', '192.0.2.7']));
  });

  it.skipIf(process.platform === 'win32')('[TL9] keeps what it makes to its owner', async () => {
    const modes = ['', 'ca.crt', 'ca.key', 'server.crt', 'server.key'].map(async (name) =>
      ((await stat(tls(name))).mode & 0o777).toString(8),
    );
    expect(await Promise.all(modes)).toEqual(['700', '600', '600', '600', '600']);
  });

  it('[TL9] replaces nothing unless told to, and never the authority', async () => {
    const before = await readFile(tls('server.crt'), 'utf8');
    const authority = await readFile(tls('ca.crt'), 'utf8');
    const again = await whub('cert');
    expect([again.code, again.stderr, await readFile(tls('server.crt'), 'utf8')]).toEqual([
      1,
      `whub: Cannot make "${tls('server.crt')}": it is there already; --force replaces it\n`,
      before,
    ]);
    const order = { dataDir: join(folder, 'data'), nowMs: Date.now(), force: true };
    await makeServerCertificate(order, []);
    expect([await readFile(tls('ca.crt'), 'utf8'), (await readFile(tls('server.crt'), 'utf8')) === before]).toEqual([
      authority,
      false,
    ]);
    const half = join(folder, 'half');
    await makeServerCertificate({ ...order, dataDir: half }, []);
    await rm(join(half, 'tls', 'ca.key'));
    await expect(makeServerCertificate({ ...order, dataDir: half }, [])).rejects.toThrow(
      /ca\.key" is missing; put it back/,
    );
  });

  it('[TL9] shows until when they hold, and refuses what is no client', async () => {
    const client = await whub('cert', 'client', 'anna', '--json');
    expect(JSON.parse(client.stdout.toString())).toMatchObject({
      use: 'client',
      names: ['whub:client/anna'],
      cert: tls('client-anna.crt'),
      ca: tls('ca.crt'),
    });
    const shown = (await whub('cert', 'show')).stdout.toString().split('\n');
    expect(shown.slice(0, 4).map((line) => line.split(/ +/)[0])).toEqual(['USE', 'authority', 'server', 'client']);
    expect(shown[1]).toMatch(/ \d{4}-\d\d-\d\d +3649 days /);
    const none = await whub('cert', 'client', '../x');
    expect([none.code, none.stderr]).toEqual([1, 'whub: Cannot make a certificate for "../x": it is no client id\n']);
  });
});

describe('a hub with a certificate of its own', { timeout: SLOW_MS }, () => {
  it('[TL10] is served, called, watched and reloaded from the command line', async () => {
    const args = [
      'serve',
      '--port',
      '0',
      '--json',
      '--require-tls',
      '--tls-cert',
      tls('server.crt'),
      '--tls-key',
      tls('server.key'),
      '--tls-client-ca',
      tls('ca.crt'),
    ];
    await using hub = new CliProcess(args, env);
    const {
      port,
      url,
      console: link,
    } = JSON.parse(await hub.line(/^/)) as { port: number; url: string; console: string };
    expect([url, link.startsWith(`https://127.0.0.1:${String(port)}/console/`)]).toEqual([
      `wss://127.0.0.1:${String(port)}/`,
      true,
    ]);

    // A browser's cookie is not sent without TLS.
    const opened = await open(link);
    expect(opened).toEqual([
      303,
      [
        expect.stringMatching(
          new RegExp(`^whub-${String(port)}-tls=\\S+; HttpOnly; SameSite=Strict; Path=/console; Secure$`),
        ),
      ],
    ]);

    // The command line trusts the authority of its own data folder.
    const own = await whub('call', 'GET', '/status/info');
    expect([own.code, JSON.parse(own.stdout.toString())]).toMatchObject([0, { name: 'whub' }]);

    const added = await whub('client', 'add', 'anna', '--may-call', '*', '--manager');
    const key = added.stdout.toString().trim();
    const elsewhere = { ...env, WHUB_DATA: join(folder, 'elsewhere') };
    const call = (...more: readonly string[]) =>
      CliProcess.run(['call', 'GET', '/status/', '--url', `tls://localhost:${String(port)}`, ...more], elsewhere);
    expect((await call('--key', key, '--ca', tls('ca.crt'))).code).toBe(0);
    const untrusted = await call('--key', key);
    expect([untrusted.code, untrusted.stderr]).toEqual([
      3,
      expect.stringContaining('name that authority with tls.ca (whub --ca FILE)'),
    ]);
    const certificate = ['--client-cert', tls('client-anna.crt'), '--client-cert-key', tls('client-anna.key')];
    expect((await call('--ca', tls('ca.crt'), ...certificate)).code).toBe(0);

    await using tap = new CliProcess(
      ['tap', '--url', `tls://localhost:${String(port)}`, '--key', key, '--ca', tls('ca.crt')],
      elsewhere,
    );
    const seen = tap.line(/GET \/status\/info/);
    await tap.errorLine(/./);
    expect((await whub('call', 'GET', '/status/info')).code).toBe(0);
    await seen;

    const before = await serial(port);
    expect((await whub('cert', '--force')).code).toBe(0);
    const after = await serial(port);
    expect(after).not.toBe(before);
    const other = await makeServerCertificate({ dataDir: join(folder, 'other'), nowMs: Date.now(), force: false }, []);
    await writeFile(tls('server.key'), await readFile(other.keyFile));
    await writeFile(tls('server.crt'), await readFile(other.certFile));
    hub.kill('SIGHUP');
    await expect.poll(() => serial(port)).not.toBe(after);
    hub.kill('SIGTERM');
    expect((await hub.ended).code).toBe(0);
  });
});
