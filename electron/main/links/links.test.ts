import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDeepLink } from './deep-link.ts';
import { Inbox } from './inbox.ts';
import { isCaptureFile, readWorkspaceFile } from './workspace-file.ts';

describe('parseDeepLink()', () => {
  it('[DS15] parseDeepLink() reads a page, and a filter of the Inspector', () => {
    expect(parseDeepLink('whub://open?page=services')).toEqual({ page: 'page-services', filter: null });
    expect(parseDeepLink('whub://open/?page=inspector&filter=service%3Amath%20status%3Aerror')).toEqual({
      page: 'page-inspector',
      filter: 'service:math status:error',
    });
  });

  it.each([
    '',
    'whub:open?page=services',
    'whub://open',
    'whub://open?page=nowhere',
    'whub://open?page=services&run=1',
    'whub://open?page=services&page=clients',
    'whub://open?page=services&filter=x',
    'whub://open/../x?page=services',
    'whub://user@open?page=services',
    'whub://open:1?page=services',
    'whub://open?page=services#x',
    'whub://send?page=services',
    'https://open?page=services',
    'whub://open?page=inspector&filter=a%0Ab',
    'whub://open?page=inspector&filter=a%E2%80%AEb',
    `whub://open?page=inspector&filter=${'a'.repeat(1025)}`,
  ])('[DS15] parseDeepLink() refuses %j', (url) => {
    expect(parseDeepLink(url)).toBeUndefined();
  });
});

describe('readWorkspaceFile()', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'whub-workspace-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (text: string): string => {
    const path = join(folder, 'my.whub');
    writeFileSync(path, text);
    return path;
  };

  it('[DS16] readWorkspaceFile() finds the data folder beside the file', () => {
    expect(readWorkspaceFile(write('{"version":1,"dataDir":"./data"}'))).toBe(join(folder, 'data'));
  });

  it.each([
    ['no JSON', '{', 'it is no JSON'],
    ['another version', '{"version":2,"dataDir":"x"}', 'it is no workspace of version 1'],
    ['more than a workspace', '{"version":1,"dataDir":"x","run":"y"}', 'it is no workspace of version 1'],
    ['a folder elsewhere', '{"version":1,"dataDir":"\\\\\\\\host\\\\share"}', 'is not on this machine'],
    ['a folder by URL', '{"version":1,"dataDir":"smb://host/share"}', 'is not on this machine'],
    ['too much', ' '.repeat(70_000), 'it is too large'],
  ])('[DS16] readWorkspaceFile() refuses %s', (_what, text, reason) => {
    expect(() => readWorkspaceFile(write(text))).toThrow(reason);
  });

  it('[DS16] isCaptureFile() tells captured traffic from a workspace by how it begins', () => {
    expect(isCaptureFile(write('{"version":1,"dataDir":"./data"}'))).toBe(false);
    expect(isCaptureFile(write(''))).toBe(false);
    expect([folder, join(folder, 'none.whub'), String.raw`\\host\x.whub`].map(isCaptureFile)).toEqual([
      false,
      false,
      false,
    ]);
    writeFileSync(join(folder, 'my.whub'), gzipSync('{"whub":"capture"}\n'));
    expect(isCaptureFile(join(folder, 'my.whub'))).toBe(true);
  });

  it('[DS16] readWorkspaceFile() refuses a file that is not there, or on another machine', () => {
    expect(() => readWorkspaceFile(join(folder, 'none.whub'))).toThrow('it cannot be read');
    expect(() => readWorkspaceFile(String.raw`\\host\share\x.whub`)).toThrow('it is on another machine');
  });
});

describe('Inbox', () => {
  it('[DS15] what comes before the app is up is opened when it is, in order, and the rest at once', () => {
    const inbox = new Inbox(['first']);
    inbox.put('second');
    const opened: string[] = [];
    inbox.deliver((thing) => opened.push(thing));
    inbox.put('third');
    expect(opened).toEqual(['first', 'second', 'third']);
  });
});
