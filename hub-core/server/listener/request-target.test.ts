import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { requestTarget, type RequestTarget } from './request-target.ts';

const target = (url: string, hosts: readonly string[] = ['hub:1']): RequestTarget =>
  requestTarget({ url, rawHeaders: ['accept', '*', ...hosts.flatMap((host) => ['Host', host])] } as IncomingMessage);

describe('requestTarget', () => {
  it.each([
    ['/a/b?c=d', { host: 'hub:1', uri: '/a/b?c=d', path: '/a/b' }],
    ['/?c', { host: 'hub:1', uri: '/?c', path: '/' }],
    ['*', { host: 'hub:1', uri: '*', path: '*' }],
    ['//evil/x', { host: 'hub:1', uri: '//evil/x', path: '//evil/x' }],
    ['http://other:2/a?b', { host: 'other:2', uri: '/a?b', path: '/a' }],
    ['HTTP://other', { host: 'other', uri: '/', path: '/' }],
    ['http://other?q', { host: 'other', uri: '/?q', path: '/' }],
    ['http://user@hub:1/', { host: 'user@hub:1', uri: '/', path: '/' }],
    ['ftp://other/a', { host: 'hub:1', uri: 'ftp://other/a', path: 'ftp://other/a' }],
  ])('[HT6] reads %s', (url, expected) => {
    expect(target(url)).toEqual(expected);
  });

  it('[LI1] has no host when there is none or more than one', () => {
    expect([target('/', []).host, target('/', ['a', 'b']).host]).toEqual([undefined, undefined]);
  });
});
