import { describe, expect, it } from 'vitest';
import type { Header } from '../../common/protocol/message.ts';
import {
  connectionOptions,
  createHeaderPolicy,
  DEFAULT_HEADER_POLICY,
  isHubHeader,
  isReturned,
  type HeaderPolicyConfig,
} from './header-policy.ts';

const of = (...names: readonly string[]): readonly Header[] => names.map((name) => ({ name, value: 'v' }));
const namesOf = (headers: readonly Header[]): readonly string[] => headers.map(({ name }) => name);

describe('createHeaderPolicy', () => {
  it('[SE11] returns the same list when nothing has to go, so that nothing is rebuilt', () => {
    const policy = createHeaderPolicy();
    const headers = of('accept', 'whub-trace');
    expect(policy.ofRequest(headers)).toBe(headers);
    expect(policy.ofAnswer(headers)).toBe(headers);
    expect(policy.ofRequest([...headers, ...of('whub-from')])).toEqual(headers);
  });

  it('[HP1] drops what is denied, by name and by how names begin, in the direction that it is denied for', () => {
    const policy = createHeaderPolicy({ ...DEFAULT_HEADER_POLICY, requestDeny: ['x-secret', 'x-in-*'] });
    const headers = of('x-secret', 'x-in-1', 'x-in', 'x-secrets');
    expect(namesOf(policy.ofRequest(headers))).toEqual(['x-in', 'x-secrets']);
    expect(policy.ofAnswer(headers)).toBe(headers);
  });

  it('[HP2] lets pass only what a list allows, of which denied is stronger', () => {
    const policy = createHeaderPolicy({ ...DEFAULT_HEADER_POLICY, answerAllow: ['etag', 'x-*'], answerDeny: ['x-b'] });
    expect(namesOf(policy.ofAnswer(of('etag', 'x-a', 'x-b', 'date')))).toEqual(['etag', 'x-a']);
    expect(policy.ofAnswer(of('etag'))).toHaveLength(1);
  });

  it.each(['requestDeny', 'answerDeny'] as const)(
    '[HP3] keeps content-type and whub-trace and drops the hub’s own whatever %s says',
    (list) => {
      const policy = createHeaderPolicy({
        ...DEFAULT_HEADER_POLICY,
        requestAllow: ['whub-from'],
        answerAllow: ['whub-from'],
        [list]: ['*'],
      });
      const headers = of('content-type', 'whub-trace', 'whub-from', 'accept');
      const kept = list === 'requestDeny' ? policy.ofRequest(headers) : policy.ofAnswer(headers);
      expect(namesOf(kept)).toEqual(['content-type', 'whub-trace']);
    },
  );

  it('[HP4] forwards cookies of HTTP only where that is wanted, and never the hub’s own', () => {
    const closed = createHeaderPolicy();
    const open = createHeaderPolicy({ ...DEFAULT_HEADER_POLICY, forwardCookies: true });
    expect(closed.forwarded('cookie', 'a=1')).toBeUndefined();
    expect(open.forwarded('cookie', 'a=1; whub-console-7410=secret; WHUB-x=2; b=3')).toBe('a=1; b=3');
    expect(open.forwarded('cookie', 'whub-console-7410=secret')).toBeUndefined();
    const denied = createHeaderPolicy({ ...DEFAULT_HEADER_POLICY, forwardCookies: true, requestDeny: ['cookie'] });
    expect(denied.forwarded('cookie', 'a=1')).toBeUndefined();
  });

  it('[HP5] never forwards the credential or what ends at this hop, whatever is allowed', () => {
    const policy = createHeaderPolicy({
      ...DEFAULT_HEADER_POLICY,
      requestAllow: ['authorization', 'host', 'connection', 'accept'],
    });
    const names = ['authorization', 'host', 'connection', 'accept'];
    expect(names.filter((name) => policy.forwarded(name, 'v') !== undefined)).toEqual(['accept']);
  });

  it.each([
    ['whub-from', true],
    ['whub-timeout-ms', true],
    ['whub-', true],
    ['whub-trace-2', true],
    ['whub-trace', false],
    ['whub', false],
    ['x-whub-from', false],
  ])('[SE11] knows whether "%s" is a header of the hub', (name, own) => {
    expect(isHubHeader(name)).toBe(own);
  });
});

describe('HTTP header policy', () => {
  it('[HT4] says which headers go to a provider and which come back', () => {
    const policy = createHeaderPolicy();
    const names = [
      'accept',
      'authorization',
      'cookie',
      'host',
      'content-length',
      'set-cookie',
      'te',
      'upgrade',
      'whub-x',
      'whub-trace',
      'expect',
    ];
    expect(names.filter((name) => policy.forwarded(name, 'v') !== undefined)).toEqual([
      'accept',
      'set-cookie',
      'whub-trace',
    ]);
    expect(names.filter((name) => isReturned(name, 'v'))).toEqual([
      'accept',
      'authorization',
      'cookie',
      'host',
      'set-cookie',
      'whub-trace',
      'expect',
    ]);
    expect(isReturned('set-cookie', ' WHUB-console-1=x')).toBe(false);
  });

  it('[HT4] reads the names that a Connection header ends', () => {
    expect([...connectionOptions(' Keep-Alive , X-Hop')]).toEqual(['keep-alive', 'x-hop']);
    expect(connectionOptions(undefined).has('x')).toBe(false);
  });

  it('[HP7] takes away what clients say of their way, unless it is trusted', () => {
    const names = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forward', 'accept'];
    const headers = names.map((name) => ({ name, value: 'v' }));
    const passing = (config: Partial<HeaderPolicyConfig>): string[][] => {
      const policy = createHeaderPolicy({ ...DEFAULT_HEADER_POLICY, ...config });
      const kept = names.filter((name) => policy.forwarded(name, 'v') !== undefined);
      return [kept, policy.ofRequest(headers).map(({ name }) => name), names.filter((name) => policy.mayAdd(name))];
    };
    expect(passing({})).toEqual([['x-forward', 'accept'], ['x-forward', 'accept'], names]);
    expect(passing({ trustForwarded: true })).toEqual([names, names, names]);
    expect(passing({ trustForwarded: true, requestDeny: ['forwarded'] })[2]).not.toContain('forwarded');
  });
});
