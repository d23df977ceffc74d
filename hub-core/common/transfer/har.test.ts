import { describe, expect, it } from 'vitest';
import { harValidator } from '../../test/support/har-validator.ts';
import { recordedChoice } from '../../test/support/recorded-choice.ts';
import type { CaptureRecord } from './capture-record.ts';
import { fromHarEntry } from './har-import.ts';
import { harFrame, toHarEntry } from './har.ts';

const record: CaptureRecord = {
  seq: 7,
  at: '2026-11-28T10:30:00.250Z',
  atMs: Date.parse('2026-11-28T10:30:00.250Z') + 0.5,
  method: 'POST',
  uri: '/math/add?a=1&b=x%20y',
  from: 'alice',
  connection: 'c1',
  via: 'socket',
  transport: 'tcp',
  provider: 'math@c2',
  providerClient: 'bob',
  status: 200,
  outcome: 'replied',
  error: '',
  attempts: 1,
  correlationId: 4,
  flags: 8,
  timeoutMs: 30_000,
  traits: ['is:masked'],
  mark: 2,
  comment: 'odd',
  tags: ['slow'],
  request: { encoding: 'json', headers: [['x-a', '1']], bytes: 14, stored: 14, text: '{"n":12345678}' },
  reply: { encoding: 'bytes', headers: [], bytes: 9, stored: 3, base64: '/wAB' },
  timing: { checkedMs: 1, sentMs: 3, repliedMs: 11, endedMs: 12 },
};

const variants: readonly CaptureRecord[] = [
  record,
  { ...record, choices: [recordedChoice()] },
  { ...record, method: 'CALL', uri: '//odd//path', reply: null, status: null, outcome: null, comment: '' },
  { ...record, request: { encoding: 'bytes', headers: [], bytes: 0, stored: 0, text: '' } },
  {
    ...record,
    request: { encoding: 'cbor', headers: [], bytes: 2, stored: 2, base64: '/wA=' },
    status: 0,
    outcome: 'lost',
  },
  { ...record, timing: { checkedMs: null, sentMs: null, repliedMs: null, endedMs: 2 }, outcome: 'refused' },
  { ...record, timing: { checkedMs: null, sentMs: null, repliedMs: null, endedMs: null }, outcome: 'lost' },
];

describe('toHarEntry', () => {
  it('[EX1] makes an archive that the public schema of HAR 1.2 takes', () => {
    const { head, foot } = harFrame('1.0.0');
    const entries = variants.map((each) => JSON.stringify(toHarEntry(each, 'http://127.0.0.1:7410/')));
    const archive: unknown = JSON.parse(head + entries.join(',\n') + foot);
    const validate = harValidator();
    expect(validate(archive), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ log: { version: '1.2', creator: {}, entries: [] } })).toBe(false);
  });

  it('[EX1] has times that add up, whole addresses, and bodies as text or base64', () => {
    const { request, response, time, timings } = toHarEntry(record, 'http://127.0.0.1:7410/');
    expect(request).toMatchObject({
      url: 'http://127.0.0.1:7410/math/add?a=1&b=x%20y',
      queryString: [
        { name: 'a', value: '1' },
        { name: 'b', value: 'x y' },
      ],
      postData: { mimeType: 'application/json', text: '{"n":12345678}' },
    });
    expect(response.content).toEqual({
      size: 9,
      mimeType: 'application/octet-stream',
      text: '/wAB',
      encoding: 'base64',
    });
    expect([time, timings.blocked, timings.send, timings.wait, timings.receive]).toEqual([12, 3, 0, 8, 1]);
  });
});

describe('fromHarEntry', () => {
  it('[EX2] gives back all of what was exported', () => {
    for (const each of variants) {
      const entry: unknown = JSON.parse(JSON.stringify(toHarEntry(each, 'http://127.0.0.1:7410/')));
      expect(fromHarEntry(entry)).toEqual(each);
    }
  });

  it('[EX2] reads the archives of other programs', () => {
    const entry = {
      startedDateTime: '2026-11-28T10:30:00Z',
      time: 40,
      request: {
        method: 'post',
        url: 'https://example.org/api/x?y=1',
        headers: [{ name: 'Accept', value: '*/*' }],
        postData: { mimeType: 'application/json', text: '{}' },
      },
      response: {
        status: 404,
        headers: [{ name: 'Content-Type', value: 'image/png' }],
        content: { size: 3, mimeType: 'image/png', encoding: 'base64', text: '/wAB' },
      },
      timings: { blocked: 2, dns: -1, connect: 3, send: 1, wait: 30, receive: 4 },
    };
    expect(fromHarEntry(entry)).toMatchObject({
      method: 'POST',
      uri: '/api/x?y=1',
      status: 404,
      via: 'http',
      request: { encoding: 'json', headers: [['accept', '*/*']], bytes: 2, text: '{}' },
      reply: { encoding: 'bytes', bytes: 3, base64: '/wAB' },
      timing: { checkedMs: 0, sentMs: 6, repliedMs: 36, endedMs: 40 },
    });
    expect(fromHarEntry({})).toMatchObject({ method: 'GET', uri: '/', status: 0 });
    expect(fromHarEntry(null)).toMatchObject({ uri: '/' });
  });
});
