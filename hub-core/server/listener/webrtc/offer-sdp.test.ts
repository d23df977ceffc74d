import { describe, expect, it } from 'vitest';
import { sampleOffer } from '../../../test/support/rtc-peer.ts';
import { cleanOffer } from './offer-sdp.ts';

const without = (name: string) => sampleOffer((lines) => lines.filter((line) => !line.startsWith(`a=${name}:`)));
const replacing = (from: RegExp, to: string) => sampleOffer((lines) => lines.map((line) => line.replace(from, to)));

describe('cleanOffer', () => {
  it('[WR1] keeps of an offer what makes a link, and neither candidates nor anything else', () => {
    const lines = cleanOffer(sampleOffer()).split('\r\n');
    expect(lines.filter((line) => line.startsWith('a='))).toEqual([
      'a=group:BUNDLE 0',
      'a=ice-ufrag:9uB6',
      'a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh7x',
      expect.stringMatching(/^a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      'a=setup:actpass',
      'a=mid:0',
      'a=sctp-port:5000',
      'a=max-message-size:262144',
    ]);
    expect(lines.join()).not.toContain('candidate');
    expect(lines.join()).not.toContain('127.0.0.1');
  });

  it('[WR1] takes what the standards let out at its default', () => {
    const bare = sampleOffer((lines) =>
      lines.filter((line) => !/^a=(setup|mid|sctp-port|max-message-size|group|ice-options)/.test(line)),
    );
    const lines = cleanOffer(bare.replaceAll('\r\n', '\n')).split('\r\n');
    expect(lines).toContain('a=setup:actpass');
    expect(lines).toContain('a=sctp-port:5000');
    expect(lines.some((line) => line.includes('max-message-size'))).toBe(false);
  });

  it('[WR1] passes nothing on of what hides in a value', () => {
    const lines = cleanOffer(replacing(/^a=mid:.*/, 'a=mid:0\ra=evil:1')).split(/[\r\n]+/);
    expect(lines.filter((line) => line.includes('evil'))).toEqual([]);
  });

  it.each([
    ['nothing', '', 'begins with "v=0"'],
    ['noise', '\u0000\u0001\uffff', 'begins with "v=0"'],
    ['no section', sampleOffer((lines) => lines.filter((line) => !line.startsWith('m='))), 'it has no data channel'],
    ['sound', replacing(/^m=application.*/, 'm=audio 9 UDP/TLS/RTP/SAVPF 111'), 'no media'],
    ['two sections', sampleOffer((lines) => [...lines, ...lines.filter((line) => line.startsWith('m='))]), 'no media'],
    ['no user name', without('ice-ufrag'), 'it has no "ice-ufrag"'],
    ['no password', without('ice-pwd'), 'it has no "ice-pwd"'],
    ['no fingerprint', without('fingerprint'), 'it has no "fingerprint"'],
    ['a short password', replacing(/^a=ice-pwd:.*/, 'a=ice-pwd:short'), 'its "ice-pwd" is malformed'],
    ['a weak fingerprint', replacing(/sha-256 .*/, 'sha-1 00:11'), 'its "fingerprint" is malformed'],
    ['a foreign role', replacing(/^a=setup:.*/, 'a=setup:holdconn'), 'its "setup" is malformed'],
    ['messages of 10 bytes', replacing(/^a=max-message-size:.*/, 'a=max-message-size:10'), 'at least 16384 are needed'],
    ['a port of 0', replacing(/^a=sctp-port:.*/, 'a=sctp-port:0'), 'its "sctp-port" is malformed'],
  ])('[WR3] refuses an offer with %s', (_name, text, words) => {
    expect(() => cleanOffer(text)).toThrow(words);
  });
});
