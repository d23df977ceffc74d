import { describe, expect, it } from 'vitest';
import { NamedSecrets } from './named-secrets.ts';

const secrets = new NamedSecrets(['password', 'api_key']);

describe('NamedSecrets.uri', () => {
  it.each([
    ['/a?password=x&b=1', '/a?password=***&b=1'],
    ['/a?b=1&API_KEY=x%20y', '/a?b=1&API_KEY=***'],
    ['/a?p%61ssword=x', '/a?p%61ssword=***'],
    ['/a?password=x&password=y&%zz=1', '/a?password=***&password=***&%zz=1'],
    ['/password=x/a?mypassword=1&passwords=2&password', '/password=x/a?mypassword=1&passwords=2&password'],
  ])('[EX4] %s', (uri, masked) => {
    expect(secrets.uri(uri)).toBe(masked);
  });
});

describe('NamedSecrets.text', () => {
  it.each([
    ['a form', 'a=1&password=x%20y&b=2', 'a=1&password=***&b=2'],
    ['an address', 'https://x.org/?api_key=x#top', 'https://x.org/?api_key=***'],
    ['lines of JSON', '{"a":1}\n{"password":"x","b":2}\n', '{"a":1}\n{"password":"***","b":2}\n'],
    [
      'a number and an object',
      '{"password": 12, "api_key": {"a":["}",1]},"b":1}',
      '{"password": "***", "api_key": "***","b":1}',
    ],
    ['an event', 'data: {"password":"x \\" y"}\n\n', 'data: {"password":"***"}\n\n'],
    [
      'JSON within JSON',
      String.raw`{"log":"{\"password\":\"x\",\"b\":1}"}`,
      String.raw`{"log":"{\"password\":\"***\",\"b\":1}"}`,
    ],
    [
      'XML',
      '<a><password>x</password><n:api_key id="1">y z</n:api_key></a>',
      '<a><password>***</password><n:api_key id="1">***</n:api_key></a>',
    ],
    ['an attribute', '<user password="x y" b="1"/>', '<user password="***" b="1"/>'],
    [
      'parts of a form',
      '--b\r\ncontent-disposition: form-data; name="password"\r\n\r\nx\r\ny\r\n--b\r\ncontent-disposition: form-data; name="b"\r\n\r\n1\r\n--b--',
      '--b\r\ncontent-disposition: form-data; name="password"\r\n\r\n***\r\n--b\r\ncontent-disposition: form-data; name="b"\r\n\r\n1\r\n--b--',
    ],
    ['settings', "password = x\napi_key: 'y z'\nb: 1", "password = ***\napi_key: '***'\nb: 1"],
    ['a text that is cut off', 'b=1&password="x y', 'b=1&password="***'],
  ])('[EX4] replaces values in %s', (_what, text, masked) => {
    expect(secrets.text(text)).toBe(masked);
  });

  it.each(['the password is long', 'passwords=1&my-password=2', '{"passwordless":true}', '', 'password'])(
    '[EX4] leaves %j as it is',
    (text) => expect(secrets.text(text)).toBe(text),
  );

  it('[EX4] is done with a hostile text in one go', () => {
    const hostile = ['password="', 'name="password"\r\nx: y\r\n', '<password ', '"password":{"', 'password   ='];
    for (const part of hostile) expect(secrets.text(part.repeat(40_000)).length).toBeGreaterThan(0);
  });
});

describe('NamedSecrets.packed', () => {
  const bytes = (...parts: readonly (number | string)[]): Uint8Array<ArrayBuffer> =>
    new Uint8Array(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part])))),
    );

  it.each([
    ['MessagePack', bytes(0x81, 0xa8, 'password', 0xa3, 'xyz'), bytes(0x81, 0xa8, 'password', 0xa3, '***')],
    ['a long text of it', bytes(0x81, 0xa8, 'password', 0xd9, 2, 'xy'), bytes(0x81, 0xa8, 'password', 0xd9, 2, '**')],
    ['CBOR', bytes(0xa1, 0x68, 'password', 0x63, 'xyz'), bytes(0xa1, 0x68, 'password', 0x63, '***')],
    ['a long text of it', bytes(0xa1, 0x68, 'Password', 0x78, 2, 'xy'), bytes(0xa1, 0x68, 'Password', 0x78, 2, '**')],
  ])('[EX4] replaces texts in %s, byte for byte', (_what, body, masked) => {
    expect(secrets.packed(body)).toEqual(masked);
  });

  it('[EX4] leaves what is no field of that name', () => {
    const body = bytes(0xa9, 'password!', 0xa3, 'xyz', 0xa8, 'password', 0x05);
    expect(secrets.packed(body)).toBe(body);
  });
});
