import { describe, expect, it } from 'vitest';
import { assetPath } from './asset-path.ts';

const pathOf = (url: string): string | undefined => assetPath(new URL(url).pathname);

describe('assetPath()', () => {
  it.each([
    ['app://console/', 'index.html'],
    ['app://console', 'index.html'],
    ['app://console/assets/index-1a2b.js', 'assets/index-1a2b.js'],
    ['app://console/assets/a%20b.css?x=1#y', 'assets/a b.css'],
    ['app://console/a/../icon.svg', 'icon.svg'],
  ])('[EL2] assetPath() finds %s', (url, path) => {
    expect(pathOf(url)).toBe(path);
  });

  it.each([
    '/../secret',
    '/..',
    '/a/../../secret',
    '/%2e%2e/secret',
    '/%2E%2E%2Fsecret',
    '/..%2fsecret',
    '/..%5csecret',
    String.raw`/..\secret`,
    '/a%00.html',
    '/%0a',
    '/C:/Windows/win.ini',
    '/c%3A/Windows/win.ini',
    '/index.html::$DATA',
    '//etc/passwd/.',
    '/%',
    '/%c0%ae%c0%ae/secret',
    'secret',
    '/assets/',
  ])('[EL2] assetPath() refuses %j', (pathname) => {
    expect(assetPath(pathname)).toBeUndefined();
  });

  it('[EL2] assetPath() never makes an absolute path of an empty first segment', () => {
    expect(assetPath('//etc/passwd')).toBeUndefined();
  });
});
