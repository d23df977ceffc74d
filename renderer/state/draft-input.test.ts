import { describe, expect, it } from 'vitest';
import type { ExchangeDetail } from '../../hub-core/console/contract/capture-contract.ts';
import { fromBase64 } from '../ui/bytes.ts';
import { draftInput, draftOfExchange, resendInput, resendObstacle } from './draft-input.ts';
import { EMPTY_DRAFT } from './draft.ts';
import type { Draft } from './draft.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function sent(draft: Draft) {
  const result = draftInput(draft);
  if (result.kind === 'wrong') throw new Error(result.problem.message);
  return { ...result.input, bytes: fromBase64(result.input.bodyBase64) };
}

function detail(change: Partial<ExchangeDetail['request']> = {}): ExchangeDetail {
  return {
    row: {
      seq: 7,
      atMs: 0,
      method: 'POST',
      service: 'math',
      uri: '/math/add?x=1',
      from: 'alice',
      connection: 'c1',
      via: 'socket',
      transport: 'tcp',
      provider: 'math@c2',
      providerClient: 'worker',
      status: 200,
      outcome: 'replied',
      error: '',
      durationMs: 1,
      requestBytes: 2,
      replyBytes: 2,
      queueMs: 0,
      traits: [],
      mark: 0,
      comment: '',
      tags: [],
      gap: null,
    },
    correlationId: 1,
    flags: 8,
    timeoutMs: 5_000,
    attempts: 1,
    request: {
      encoding: 'json',
      headers: [
        ['x-a', '1'],
        ['whub-trace', 't'],
      ],
      storedBytes: 2,
      totalBytes: 2,
      ...change,
    },
    reply: null,
    timing: { checkedMs: null, sentMs: null, repliedMs: null, endedMs: null },
    choices: [],
  };
}

describe('draftInput', () => {
  it('[UI30] sends the bytes that the editor shows, numbers and white space included', () => {
    const body = '{ "id": 4634343214213523454,\n  "x": 1.10 }';
    const input = sent({ ...EMPTY_DRAFT, form: 'json', body });
    expect(input.bytes).toEqual(utf8(body));
    expect(input.encoding).toBe('json');
  });
  it('[UI30] sends hex as the bytes it names, under the encoding it came with', () => {
    const input = sent({ ...EMPTY_DRAFT, form: 'hex', body: '00 ff\n41', hexEncoding: 'cbor' });
    expect([...input.bytes]).toEqual([0, 0xff, 0x41]);
    expect(input.encoding).toBe('cbor');
  });
  it('[UI30] an empty editor is no body', () => {
    expect(sent({ ...EMPTY_DRAFT, body: '  \n' })).toMatchObject({ bodyBase64: '', encoding: 'bytes' });
  });
  it('[UI30] header names are sent in lower case, empty lines are left out', () => {
    const headers = [
      ['X-Trace ', 'A b'],
      ['', ''],
    ] as const;
    expect(sent({ ...EMPTY_DRAFT, headers }).headers).toEqual([['x-trace', 'A b']]);
  });
  it.each<[keyof Draft | 'timeout', Partial<Draft>]>([
    ['uri', { uri: 'math/add' }],
    ['body', { form: 'json', body: '{"a":}' }],
    ['body', { form: 'hex', body: '4' }],
    ['timeout', { timeoutMs: Number.NaN }],
    ['timeout', { timeoutMs: 600_001 }],
    ['headers', { headers: [['', 'value']] }],
  ])('[UI31] says that the %s is wrong instead of sending', (field, change) => {
    expect(draftInput({ ...EMPTY_DRAFT, ...change })).toMatchObject({ kind: 'wrong', problem: { field } });
  });
});

describe('draftOfExchange', () => {
  it('[UI32] sends the same again: method, uri, headers but the hub’s own, body, flags', () => {
    const draft = draftOfExchange(detail(), utf8('[1.0]'));
    expect(draft).toEqual({
      as: null,
      method: 'POST',
      uri: '/math/add?x=1',
      headers: [['x-a', '1']],
      form: 'json',
      body: '[1.0]',
      hexEncoding: 'json',
      timeoutMs: 5_000,
      idempotent: true,
    });
    expect(sent(draft)).toMatchObject({ encoding: 'json', bytes: utf8('[1.0]') });
  });
  it.each([
    ['json', utf8('no json')],
    ['bytes', utf8('text, but sent as bytes')],
    ['text', Uint8Array.of(0xff, 0)],
    ['msgpack' as const, Uint8Array.of(0x93)],
  ])('[UI32] a body that its encoding %s does not describe is edited as hex, unchanged', (encoding, bytes) => {
    const draft = draftOfExchange(detail({ encoding }), bytes);
    expect(draft.form).toBe('hex');
    expect(sent(draft).bytes).toEqual(new Uint8Array(bytes));
  });
  it('[UI33] a body that was stored in part cannot be sent again, and the reason says so', () => {
    expect(resendObstacle(detail({ storedBytes: 2 }))).toBeUndefined();
    expect(resendObstacle(detail({ storedBytes: 2, totalBytes: 9 }))).toMatch(/2 of 9 bytes/);
  });
});

describe('resendInput', () => {
  it('[UI32] sends the very bytes again, whatever they are, in their encoding', () => {
    for (const bytes of [
      utf8('  '),
      utf8('{"a": 4634343214213523454}\n'),
      Uint8Array.of(0, 255, 254),
      new Uint8Array(),
    ]) {
      for (const encoding of ['json', 'text', 'cbor', 'other']) {
        const input = resendInput(detail({ encoding }), bytes);
        expect([fromBase64(input.bodyBase64), input.encoding]).toEqual([bytes, encoding]);
      }
    }
    expect(resendInput(detail(), utf8('{}'))).toMatchObject({
      as: null,
      method: 'POST',
      uri: '/math/add?x=1',
      headers: [['x-a', '1']],
      timeoutMs: 5_000,
      idempotent: true,
    });
  });
  it('[UI30] an edited text of white space is sent as it is', () => {
    expect(sent(draftOfExchange(detail({ encoding: 'text' }), utf8('  \n'))).bytes).toEqual(utf8('  \n'));
  });
});
