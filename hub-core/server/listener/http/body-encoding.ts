import { Encoding } from '../../../common/protocol/message.ts';

/** Content type of each encoding, where the provider names none itself. */
const CONTENT_TYPE: Readonly<Record<Encoding, string>> = Object.freeze({
  [Encoding.Bytes]: 'application/octet-stream',
  [Encoding.Json]: 'application/json',
  [Encoding.Text]: 'text/plain; charset=utf-8',
  [Encoding.FlatBuffer]: 'application/octet-stream',
  [Encoding.MessagePack]: 'application/msgpack',
  [Encoding.Cbor]: 'application/cbor',
  [Encoding.Other]: 'application/octet-stream',
});

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i;

const ENCODING: ReadonlyMap<string, Encoding> = new Map([
  ['', Encoding.Bytes],
  ['application/octet-stream', Encoding.Bytes],
  ['application/json', Encoding.Json],
  ['application/msgpack', Encoding.MessagePack],
  ['application/cbor', Encoding.Cbor],
]);

function isUtf8Text(type: string, contentType: string): boolean {
  return type.startsWith('text/') && /^utf-?8$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8');
}

/** What kind of payload a body with this content type is; docs/protocol.md, section 8. */
export function encodingOf(contentType = ''): Encoding {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = ENCODING.get(type);
  if (encoding !== undefined) return encoding;
  if (type.endsWith('+json')) return Encoding.Json;
  return isUtf8Text(type, contentType) ? Encoding.Text : Encoding.Other;
}

/** The content type of an answer whose provider names none. */
export function contentTypeOf(encoding: Encoding): string {
  return CONTENT_TYPE[encoding];
}
