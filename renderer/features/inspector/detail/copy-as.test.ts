import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COPY_FORMS } from './copy-as.ts';
import { testExchange } from './test-exchange.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const URLS = { url: 'ws://127.0.0.1:7410/', httpUrl: 'http://127.0.0.1:7410' };

function copied(
  id: (typeof COPY_FORMS)[number]['id'],
  change: Parameters<typeof testExchange>[0],
  body: Uint8Array,
): string {
  const form = COPY_FORMS.find((each) => each.id === id);
  return form?.make({ detail: testExchange(change), body, ...URLS }) ?? '';
}

/** The words that a shell makes of a line, and what comes in from the left of a pipe. */
function shellWords(line: string): readonly string[] {
  const [last = ''] = line.split(' | ').slice(-1);
  const script = `curl() { for w; do printf '%s\\0' "$w"; done; }; whub() { curl "$@"; }; WHUB_KEY=K; ${last}`;
  return execFileSync('bash', ['-c', script]).toString().split('\0').slice(0, -1);
}

const HOSTILE = `it's "$(touch /tmp/x)" \`id\` \\ $HOME`;

describe('COPY_FORMS', () => {
  it('[UI103] curl carries method, headers, body and uri, and nothing that a shell would act on', () => {
    const change = {
      row: { uri: `/math/add?q=${HOSTILE}` },
      request: {
        encoding: 'text',
        headers: [
          ['x-a', HOSTILE],
          ['whub-trace', 't'],
          ['host', 'h'],
        ] as [string, string][],
      },
    };
    expect(shellWords(copied('curl', change, utf8(HOSTILE)))).toEqual([
      '-X',
      'POST',
      '-H',
      'Authorization: Bearer K',
      '-H',
      'content-type: text/plain; charset=utf-8',
      '-H',
      `x-a: ${HOSTILE}`,
      '--data-binary',
      HOSTILE,
      `http://127.0.0.1:7410/math/add?q=${HOSTILE}`,
    ]);
  });
  it('[UI103] bytes that are no text, and texts that would name a file, come through a pipe', () => {
    const bytes = Uint8Array.of(0, 255, 10, 39);
    for (const body of [bytes, utf8('@/etc/passwd')]) {
      for (const id of ['curl', 'whub'] as const) {
        const line = copied(id, { request: { encoding: 'bytes' } }, body);
        expect(shellWords(line)).toContain('@-');
        const [print = '', decode = ''] = line.split(' | ');
        expect(execFileSync('bash', ['-c', `${print} | ${decode}`])).toEqual(Buffer.from(body));
      }
    }
  });
  it('[UI103] whub call carries the same', () => {
    const line = copied('whub', { row: { method: 'CALL' }, request: { headers: [['x-a', '1']] } }, utf8('{"a":1}'));
    expect(shellWords(line)).toEqual(['call', 'CALL', '/math/add', '--header', 'x-a:1', '--body', '{"a":1}']);
  });
  it('[UI103] wscat is given the message in one line, with every number as it was', () => {
    const line = copied('wscat', {}, utf8('{\n "id": 4634343214213523454,\r\n "b": 1.10 }')).split('\n').at(-1);
    expect(line).toBe(
      '{"kind":"request","id":1,"method":"post","uri":"/math/add","payload":{  "id": 4634343214213523454,  "b": 1.10 }}',
    );
    const binary = copied('wscat', { request: { encoding: 'cbor' } }, Uint8Array.of(0x81, 0))
      .split('\n')
      .at(-1);
    expect(JSON.parse(binary ?? '')).toMatchObject({ encoding: 'cbor', payload_base64: 'gQA=' });
  });
  it('[UI103] code for the SDK holds the body as it was, and no key', () => {
    const code = copied('node', { request: { headers: [['x-a', '1']] } }, utf8('{"id":4634343214213523454}'));
    expect(code).toContain(String.raw`body: "{\"id\":4634343214213523454}"`);
    expect(code).toContain('key: process.env.WHUB_KEY');
    expect(copied('node', { request: { encoding: 'bytes' } }, Uint8Array.of(0, 1))).toContain(
      "Buffer.from('AAE=', 'base64')",
    );
  });
  it('[UI103] the document keeps a JSON body as it was', () => {
    expect(copied('json', {}, utf8('{"id":4634343214213523454}'))).toContain('"id": 4634343214213523454');
    expect(JSON.parse(copied('json', { request: { encoding: 'bytes' } }, Uint8Array.of(0, 1)))).toMatchObject({
      seq: 7,
      uri: '/math/add',
      body_base64: 'AAE=',
    });
  });
});
