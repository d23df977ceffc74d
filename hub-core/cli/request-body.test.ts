import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAll } from '../test/support/byte-source.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { createTestTerminal } from '../test/support/test-terminal.ts';
import { readBody, sniffEncoding } from './request-body.ts';

const isAsyncIterable = (body: object): body is AsyncIterable<Uint8Array> => Symbol.asyncIterator in body;

describe('sniffEncoding', () => {
  it.each([
    ['{"a":1}', 'json'],
    ['hello', 'text'],
    ['', 'text'],
  ])('[CM5] of "%s" is %s', (text, encoding) => {
    expect(sniffEncoding(new TextEncoder().encode(text))).toBe(encoding);
  });

  it('[CM5] of bytes that are not UTF-8 is bytes', () => {
    expect(sniffEncoding(new Uint8Array([0xff, 0]))).toBe('bytes');
  });
});

describe('readBody', () => {
  it('[CM5] takes text as it is, and leaves a content type to decide', async () => {
    const terminal = createTestTerminal();
    expect([await readBody('[1]', false, terminal), await readBody('[1]', true, terminal)]).toEqual([
      { body: new TextEncoder().encode('[1]'), encoding: 'json', contentType: undefined },
      { body: new TextEncoder().encode('[1]'), encoding: undefined, contentType: undefined },
    ]);
  });

  it('[CM5] takes a file with the type that its name says', async () => {
    await using folder = await createTempFolder();
    await writeFile(join(folder.path, 'a.png'), 'x');
    const { body, ...rest } = await readBody(`@${join(folder.path, 'a.png')}`, false, createTestTerminal());
    expect([body, rest]).toEqual([Buffer.from('x'), { encoding: undefined, contentType: 'image/png' }]);
  });

  it('[CM5] takes stdin', async () => {
    const { body, encoding } = await readBody('@-', false, createTestTerminal({ stdin: 'hello' }));
    expect([body, encoding]).toEqual([Buffer.from('hello'), 'text']);
  });

  it('[CS13] takes a long file as a stream, with the type that its name says', async () => {
    await using folder = await createTempFolder();
    const content = randomBytes(3 << 20);
    await writeFile(join(folder.path, 'a.png'), content);
    const { body, ...rest } = await readBody(`@${join(folder.path, 'a.png')}`, false, createTestTerminal());
    if (!isAsyncIterable(body)) throw new TypeError('Cannot test the body: it is no stream');
    expect([(await readAll(body)).length, rest]).toEqual([
      content.length,
      { encoding: undefined, contentType: 'image/png' },
    ]);
  });

  it('[CS13] takes a long stdin as a stream of bytes', async () => {
    const stdin = 'x'.repeat(2 << 20);
    const { body, encoding } = await readBody('@-', false, createTestTerminal({ stdin }));
    if (!isAsyncIterable(body)) throw new TypeError('Cannot test the body: it is no stream');
    expect([(await readAll(body)).length, encoding]).toEqual([stdin.length, 'bytes']);
  });

  it('[CM5] names a file that cannot be read', async () => {
    await expect(readBody('@/no/such/file', false, createTestTerminal())).rejects.toThrow('"/no/such/file"');
    await expect(readBody('@', false, createTestTerminal())).rejects.toThrow('needs a file name');
  });
});
