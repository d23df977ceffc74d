import { ProtocolError } from '../../../common/errors/hub-error.ts';

/** Largest offer that is read, bytes: one with a data channel alone takes about 1 KiB. */
export const MAX_OFFER_BYTES = 64 << 10;

/** A peer that takes less is of no use: what every implementation takes (RFC 8831, section 6.6), bytes. */
const MIN_MESSAGE_BYTES = 16 << 10;

const CRLF = '\r\n';
const DEFAULT_SCTP_PORT = '5000';

/** Forms of RFC 8839 (ICE), RFC 8122 (fingerprint), RFC 8842 (setup), RFC 5888 (mid), RFC 8841 (SCTP). */
const FORMS = {
  'ice-ufrag': /^[A-Za-z0-9+/]{4,256}$/,
  'ice-pwd': /^[A-Za-z0-9+/]{22,256}$/,
  fingerprint: /^sha-256 [0-9A-F]{2}(:[0-9A-F]{2}){31}$/i,
  setup: /^(actpass|active|passive)$/,
  mid: /^[A-Za-z0-9._-]{1,32}$/,
  'sctp-port': /^[1-9]\d{0,4}$/,
  'max-message-size': /^\d{1,15}$/,
} as const;

type AttributeName = keyof typeof FORMS;

function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(FORMS, name);
}

/** @throws {ProtocolError} when a known attribute is not of its form */
function readAttributes(lines: readonly string[]): ReadonlyMap<AttributeName, string> {
  const found = new Map<AttributeName, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^a=([a-z-]{1,32}):(.{1,512})$/.exec(line) ?? [];
    if (!isAttributeName(name)) continue;
    if (!FORMS[name].test(value)) throw new ProtocolError(`Cannot read the offer: its "${name}" is malformed`);
    found.set(name, value);
  }
  return found;
}

/** @throws {ProtocolError} when it offers something else than one data channel link */
function assertDataOnly(lines: readonly string[]): void {
  const media = lines.filter((line) => line.startsWith('m='));
  if (media.length === 0)
    throw new ProtocolError('Cannot take the offer: it has no data channel, create one before the offer');
  const isData = media.every((line) => /^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/.test(line));
  if (!isData || media.length > 1) {
    throw new ProtocolError(
      'Cannot take the offer: the hub takes one section "m=application" with data channels, no media',
    );
  }
}

/**
 * Makes an offer of our own words from what an offer says that matters here: the WebRTC library never sees a stranger's text,
 * and none of its candidates. The hub asks no address that a stranger names (ICE lite, RFC 8445): it answers those that ask.
 *
 * @param text any text
 * @throws {ProtocolError} when it is no offer of data channels
 */
export function cleanOffer(text: string): string {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== 'v=0')
    throw new ProtocolError('Cannot read the offer: it is no session description, which begins with "v=0"');
  assertDataOnly(lines);
  const attributes = readAttributes(lines);
  const required = (name: AttributeName): string => {
    const value = attributes.get(name);
    if (value === undefined) throw new ProtocolError(`Cannot read the offer: it has no "${name}"`);
    return `a=${name}:${value}`;
  };
  const mid = attributes.get('mid') ?? '0';
  const size = attributes.get('max-message-size');
  if (size !== undefined && Number(size) > 0 && Number(size) < MIN_MESSAGE_BYTES) {
    throw new ProtocolError(
      `Cannot take the offer: its "max-message-size" is "${size}", at least ${String(MIN_MESSAGE_BYTES)} are needed`,
    );
  }
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    required('ice-ufrag'),
    required('ice-pwd'),
    required('fingerprint'),
    `a=setup:${attributes.get('setup') ?? 'actpass'}`,
    `a=mid:${mid}`,
    `a=sctp-port:${attributes.get('sctp-port') ?? DEFAULT_SCTP_PORT}`,
    ...(size === undefined ? [] : [`a=max-message-size:${size}`]),
    '',
  ].join(CRLF);
}
