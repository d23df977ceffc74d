import { randomBytes } from 'node:crypto';
import { mkdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Flag, HUB_ID_BIT, Kind, Method, type Message } from '../../common/protocol/message.ts';
import { scriptedClient } from '../../test/support/scripted-client.ts';
import { jsonOf } from '../../test/support/scripted-hub.ts';
import { createTempFolder } from '../../test/support/temp-folder.ts';
import { filesService } from './files-service.ts';
import { isWithin, resolveWithin } from './root-guard.ts';

const test = scriptedClient();
let folder: Awaited<ReturnType<typeof createTempFolder>>;
let root: string;

beforeEach(async () => {
  folder = await createTempFolder();
  root = join(folder.path, 'root');
  await mkdir(join(root, 'sub'), { recursive: true });
  await writeFile(join(root, 'a.txt'), '0123456789');
  await writeFile(join(root, 'sub', 'ü b.json'), '{}');
  await writeFile(join(folder.path, 'secret.txt'), 'TOP SECRET');
  await utimes(join(root, 'a.txt'), 1_700_000_000, 1_700_000_000.25);
  const client = await test.connect();
  test.hub.peer(0).always('/services/register', 201);
  await client.provide(filesService({ id: 'files', root }));
});

afterEach(() => folder[Symbol.asyncDispose]());

async function ask(uri: string, headers: Record<string, string> = {}, method: Method = Method.Get): Promise<Message> {
  const id = HUB_ID_BIT + 5;
  const pairs = Object.entries(headers).map(([name, value]) => ({ name, value }));
  test.hub.peer(0).send({ kind: Kind.Request, id, method, uri, headers: pairs });
  return test.hub.peer(0).next(Kind.Response);
}

const headerOf = (message: Message, name: string): string | undefined =>
  message.headers.find((header) => header.name === name)?.value;
const textOf = (message: Message): string => new TextDecoder().decode(message.payload);

describe('filesService list', () => {
  it('[CM8] lists name, type, size and modified, by name', async () => {
    const reply = await ask('/files/list/');
    expect([reply.status, jsonOf(reply)]).toEqual([
      200,
      [
        { name: 'a.txt', type: 'file', size: 10, modified: '2023-11-14T22:13:20.250Z' },
        { name: 'sub', type: 'directory', size: null, modified: expect.any(String) as string },
      ],
    ]);
  });

  it('[CM8] lists a folder below, with and without a slash at the end', async () => {
    const names = async (uri: string): Promise<unknown> => jsonOf(await ask(uri));
    expect(await names('/files/list/sub')).toEqual(await names('/files/list/sub/'));
  });

  it('[CM8] shows a link that leaves the folder as a link, and no more of it', async () => {
    await rm(join(root, 'sub'), { recursive: true });
    await symlink(join(folder.path, 'secret.txt'), join(root, 'z'));
    await symlink('a.txt', join(root, 'b'));
    const rows = jsonOf(await ask('/files/list')) as { name: string; type: string; size: number | null }[];
    expect(rows.map(({ name, type, size }) => [name, type, size])).toEqual([
      ['a.txt', 'file', 10],
      ['b', 'file', 10],
      ['z', 'link', null],
    ]);
  });

  it('[CM8] refuses to list a file, and finds no folder that is not there', async () => {
    expect([(await ask('/files/list/a.txt')).status, (await ask('/files/list/none')).status]).toEqual([400, 404]);
  });
});

describe('filesService get', () => {
  it('[CM9] sends the bytes with content type, length, etag and time', async () => {
    const reply = await ask('/files/get/a.txt');
    expect([reply.status, textOf(reply)]).toEqual([200, '0123456789']);
    expect(Object.fromEntries(reply.headers.map(({ name, value }) => [name, value]))).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      etag: expect.stringMatching(/^".+"$/) as string,
    });
  });

  it('[CM9] decodes the path once', async () => {
    expect((await ask('/files/get/sub/%C3%BC%20b.json')).status).toBe(200);
  });

  it('[CM9] answers HEAD without a body', async () => {
    const reply = await ask('/files/get/a.txt', {}, Method.Head);
    expect([reply.status, reply.payload.length, headerOf(reply, 'content-length')]).toEqual([200, 0, '10']);
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=0-0,5-6', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
    ['bytes=20-30', 416, '', 'bytes */10'],
  ])('[CM9] answers the range "%s" with %i', async (range, status, text, contentRange) => {
    const reply = await ask('/files/get/a.txt', { range });
    expect([reply.status, textOf(reply), headerOf(reply, 'content-range')]).toEqual([status, text, contentRange]);
  });

  it('[CM9] answers 304 to who has this version', async () => {
    const etag = headerOf(await ask('/files/get/a.txt'), 'etag') ?? '';
    const statuses = [
      await ask('/files/get/a.txt', { 'if-none-match': `"x", W/${etag}` }),
      await ask('/files/get/a.txt', { 'if-none-match': '*' }),
      await ask('/files/get/a.txt', { 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' }),
      await ask('/files/get/a.txt', { 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' }),
      await ask('/files/get/a.txt', { 'if-none-match': '"x"', 'if-modified-since': 'Tue, 14 Nov 2033 22:13:20 GMT' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([304, 304, 304, 200, 200]);
  });

  it('[CM9] answers a range only while If-Range holds', async () => {
    const etag = headerOf(await ask('/files/get/a.txt'), 'etag') ?? '';
    const statuses = [
      await ask('/files/get/a.txt', { range: 'bytes=0-1', 'if-range': etag }),
      await ask('/files/get/a.txt', { range: 'bytes=0-1', 'if-range': '"other"' }),
      await ask('/files/get/a.txt', { range: 'bytes=0-1', 'if-range': 'Tue, 14 Nov 2023 22:13:20 GMT' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([206, 200, 206]);
  });

  /** The body of a streamed answer, its sizes, and the End. */
  async function streamed(): Promise<{ bytes: Buffer; end: Message }> {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const data = await test.hub.peer(0).next(Kind.Data);
      if ((data.flags & Flag.End) !== 0) return { bytes: Buffer.concat(chunks), end: data };
      chunks.push(data.payload);
      test.hub.peer(0).send({ kind: Kind.Credit, id: data.id, credit: data.payload.length });
    }
  }

  it('[CS11] streams what is longer than one Data, whole and in parts', async () => {
    const content = randomBytes(1_000_001);
    await writeFile(join(root, 'big.bin'), content);
    const whole = await ask('/files/get/big.bin');
    const { bytes, end } = await streamed();
    const part = await ask('/files/get/big.bin', { range: 'bytes=100-900000' });
    const middle = await streamed();
    expect([
      [whole.status, whole.flags, headerOf(whole, 'content-length'), bytes.equals(content), end.status],
      [part.status, headerOf(part, 'content-range'), middle.bytes.equals(content.subarray(100, 900_001))],
    ]).toEqual([
      [200, Flag.Stream, '1000001', true, 0],
      [206, 'bytes 100-900000/1000001', true],
    ]);
  });

  it('[CS11] breaks the answer off with 409 when the file becomes shorter meanwhile', async () => {
    await writeFile(join(root, 'big.bin'), new Uint8Array(1_000_000));
    await ask('/files/get/big.bin');
    for (let n = 0; n < 4; n += 1) await test.hub.peer(0).next(Kind.Data);
    await truncate(join(root, 'big.bin'), 300_000);
    test.hub.peer(0).send({ kind: Kind.Credit, id: HUB_ID_BIT + 5, credit: 500_000 });
    const { end } = await streamed();
    expect([end.status, jsonOf(end)]).toEqual([409, expect.objectContaining({ status: 409 })]);
  });

  it('[CS11] answers HEAD and If-None-Match for a long file without reading it', async () => {
    await writeFile(join(root, 'big.bin'), new Uint8Array(1_000_000));
    const head = await ask('/files/get/big.bin', {}, Method.Head);
    const known = await ask('/files/get/big.bin', { 'if-none-match': headerOf(head, 'etag') ?? '' });
    expect([head.flags, headerOf(head, 'content-length'), known.status, known.flags]).toEqual([0, '1000000', 304, 0]);
  });

  it('[CM9] answers 404 with a problem for what is missing, or a folder', async () => {
    const [missing, isFolder] = [await ask('/files/get/none'), await ask('/files/get/sub')];
    expect([missing.status, isFolder.status, headerOf(missing, 'content-type')]).toEqual([
      404,
      404,
      'application/problem+json',
    ]);
  });

  it.each([
    '/files/get/../secret.txt',
    '/files/get/%2e%2e/secret.txt',
    '/files/get/..%2Fsecret.txt',
    '/files/get/sub/..%5c..%5csecret.txt',
    '/files/get/a.txt%00.png',
    '/files/get//etc/passwd',
  ])('[CM10] does not leave the root for "%s"', async (uri) => {
    const reply = await ask(uri);
    expect([reply.status >= 400, textOf(reply).includes('TOP SECRET'), textOf(reply).includes(root)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('[CM10] refuses links that leave the root, files and folders alike', async () => {
    await symlink(join(folder.path, 'secret.txt'), join(root, 'link.txt'));
    await symlink(folder.path, join(root, 'out'));
    expect([
      (await ask('/files/get/link.txt')).status,
      (await ask('/files/get/out/secret.txt')).status,
      (await ask('/files/list/out')).status,
    ]).toEqual([403, 403, 403]);
  });

  it('[CM10] follows links that stay inside', async () => {
    await symlink('../a.txt', join(root, 'sub', 'link.txt'));
    expect(textOf(await ask('/files/get/sub/link.txt'))).toBe('0123456789');
  });
});

describe('resolveWithin', () => {
  it.each(['..', '../secret.txt', 'sub/../../secret.txt', 'a//b', './a.txt', 'a\0', String.raw`..\secret.txt`])(
    '[CM10] refuses "%s" by itself',
    async (path) => {
      await expect(resolveWithin(root, path)).rejects.toMatchObject({ errorName: 'BAD_REQUEST_ERR' });
    },
  );
});

describe('isWithin', () => {
  it.each([
    ['/a/b', '/a/b', true],
    ['/a/b', '/a/b/c', true],
    ['/a/b', '/a/b/..c', true],
    ['/a/b', '/a/bc', false],
    ['/a/b', '/a', false],
    ['/', '/etc', true],
  ])('[CM10] of "%s" and "%s" is %s', (parent, path, expected) => {
    expect(isWithin(parent, path)).toBe(expected);
  });
});
