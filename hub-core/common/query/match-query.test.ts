import { describe, expect, it } from 'vitest';
import { searchable } from '../../test/support/searchable.ts';
import { matchesQuery } from './match-query.ts';
import { parseQuery } from './parse-query.ts';
import type { Searchable } from './query.ts';
import { TraitBit } from './traits.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00');
const row = searchable();
const pending: Searchable = { ...row, status: null, outcome: null, error: '', durationMs: null };
const matches = (query: string, given = row): boolean =>
  matchesQuery(parseQuery(query, { nowMs: NOW_MS }), given, { nowMs: NOW_MS });
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('matchesQuery', () => {
  it.each(['math', 'get', 'ADD', 'alice', 'c2', 'bob', '50', 'unavail', '""', ''])(
    '[QL7] finds %j in any of the texts, in either case',
    (query) => {
      expect(matches(query)).toBe(true);
    },
  );

  it.each(['geo', 'alice.', 'k', '"GET /math"'])('[QL7] does not find %j', (query) => {
    expect(matches(query === 'k' ? '\u212A' : query)).toBe(false);
  });

  it.each([
    ['service:math', true],
    ['service:MATH', true],
    ['service:mat', false],
    ['service:mat?', true],
    ['service:m*h', true],
    ['service:*a*t*', true],
    ['service:a*', false],
    ['service:"m*h"', false],
    ['service:geo,math', true],
    ['to:bob', true],
    ['to:math@*', true],
    ['to:alice', false],
    ['from:a*', true],
    ['-from:a*', false],
    ['method:get service:math', true],
    ['method:post OR service:math', true],
  ])('[QL8] %s → %s', (query, expected) => {
    expect(matches(query)).toBe(expected);
  });

  it.each([
    ['status:503', true, false],
    ['status:5xx', true, false],
    ['status:4xx', false, false],
    ['status:error', true, false],
    ['status:pending', false, true],
    ['-status:pending', true, false],
    ['503', true, false],
  ])('[QL9] %s of an answered row → %s, of a pending one → %s', (query, answered, awaited) => {
    expect([matches(query), matches(query, pending)]).toEqual([answered, awaited]);
  });

  it('[QL9] an error name makes an error of any status', () => {
    expect(matches('status:error', { ...row, status: 0, error: 'CANCELLED_ERR' })).toBe(true);
  });

  it.each([
    ['route:/math/add', true],
    ['route:/MATH/*', true],
    ['route:/math/add?a=1', false],
    ['route:/^.math.A/', true],
    ['conn:c1', true],
    ['conn:c2', true],
    ['conn:c3', false],
    ['transport:tcp', true],
    ['transport:udp,t*', true],
    ['transport:udp', false],
    ['provider:math@c2', true],
    ['error:unavailable*', true],
    ['tag:slow', true],
    ['tag:Slow,other', true],
    ['tag:slo', false],
    ['rule:mock', true],
    ['slow', true],
    ['/a[d]{2}\\?a=[0-9]/', false],
    ['/(?i)a[d]{2}.a=[0-9]/', true],
    ['method!=POST', true],
    ['method!=GET,POST', false],
  ])('[QL8, QL12] %s → %s', (query, expected) => {
    expect(matches(query, { ...row, tags: ['slow', 'b'], rules: ['mock'] })).toBe(expected);
  });

  it.each([
    ['code:503', true],
    ['code>=500', true],
    ['code<500', false],
    ['id:7', true],
    ['id!=7', false],
    ['id:3,7', true],
    ['corr=4', true],
    ['mark:0', true],
    ['dur>12ms', true],
    ['dur>12.5', false],
    ['dur<=0.0125s', true],
    ['queue<2', false],
    ['queue<1m', true],
    ['size=30', true],
    ['size>=1MB', false],
    ['req.size<11B', true],
    ['rep.size>0.019KB', true],
    ['attempt>1', false],
  ])('[QL13] %s → %s', (query, expected) => {
    expect(matches(query)).toBe(expected);
  });

  it('[QL13] a number that is not there passes no comparison', () => {
    expect(['dur>0', 'dur<1h', 'code>=0', '-dur>0'].map((query) => matches(query, pending))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['after:2026-11-28', true],
    ['after:11:59', true],
    ['after:11:59:30.5', false],
    ['before:12:00', true],
    ['before:"2026-11-28 11:59:10"', false],
    ['last:1m', true],
    ['last:30s', false],
  ])('[QL14] %s of a row from 50 seconds before noon → %s', (query, expected) => {
    expect(matches(query, { ...row, atMs: NOW_MS - 50_000 })).toBe(expected);
  });

  it.each<[string, Partial<Searchable>]>([
    ['is:pending', { status: null, outcome: null }],
    ['is:late', { outcome: 'deadline' }],
    ['is:orphan', { outcome: 'lost' }],
    ['is:orphan', { outcome: 'caller-lost' }],
    ['is:gap', { outcome: 'gap' }],
    ['is:mine', { via: 'console' }],
    ['dir:out', { via: 'console' }],
    ['dir:in', { via: 'http' }],
    ['is:held', { traits: TraitBit.Held }],
    ['is:replayed,mocked', { traits: TraitBit.Mocked }],
    ['is:edited', { traits: TraitBit.Edited | TraitBit.Held }],
    ['is:truncated', { traits: TraitBit.Truncated }],
    ['is:binary', { traits: TraitBit.Binary }],
    ['is:masked', { traits: TraitBit.Masked }],
    ['is:imported', { traits: TraitBit.Imported }],
    ['kind:request', { traits: TraitBit.Held }],
    ['kind:one-way', { traits: TraitBit.OneWay }],
    ['kind:stream', { traits: TraitBit.Stream }],
    ['has:body', { requestBytes: 0 }],
    ['has:reply', { outcome: 'refused' }],
    ['has:error', { status: 0 }],
    ['has:comment', { comment: 'look' }],
  ])('[QL15] %s', (query, change) => {
    const plain = searchable({ status: 200, error: '', requestBytes: 0, replyBytes: 0, outcome: 'one-way', via: '' });
    const opposite = { ...plain, traits: change.traits === undefined ? TraitBit.OneWay : 0 };
    expect(matches(query, { ...row, ...change })).toBe(true);
    expect(matches(query, query === 'dir:in' ? { ...row, via: 'console' } : opposite)).toBe(query === 'kind:request');
  });

  it.each([
    ['json:$.order.id=4634343214213523454', true],
    ['json:$.order.id=4634343214213523455', false],
    ['json:$.order.id>4634343214213523453', true],
    ['json:$.order.id>=4634343214213523455', false],
    ['json:$.order.price=1.5', true],
    ['json:$.order.price<=1.49999999999999999999', false],
    ['json:$.order.name=ANN*', true],
    ['json:$.order.name="ann lee"', true],
    ['json:$.order.name=/e+$/', true],
    ['json:$.order.paid=true', true],
    ['json:$.order.paid!=true', false],
    ['json:$.order.none=null', true],
    ['json:$.order', true],
    ['json:$.order=true', false],
    ['json:$.missing', false],
    ['-json:$.missing', true],
    ['json:$["a b"][1]=7', true],
    ['json:$[\'a b\'][*]="7"', false],
    ['json:$..deep=x', true],
    ['json:$.*.name=ann?lee', true],
    ['json:$..name=nobody,"ANN LEE"', true],
  ])('[QL16] %s → %s', (query, expected) => {
    const body = utf8(
      '{"order":{"id":4634343214213523454,"price":150e-2,"name":"Ann\\u0020Lee","paid":true,"none":null},"a b":[{"deep":"x"},7]}',
    );
    expect(matches(query, { ...row, bodies: [utf8('not json'), body] })).toBe(expected);
  });

  it.each([
    ['body:"key: TOK_"', true],
    ['body:tok_a1', true],
    ['body:*', false],
    ['body:/tok_[a-z0-9]+$/', true],
    ['body:/TOK_[a-z]/', false],
    ['body:nothing,bytes', true],
    ['body:\u00e9', true],
    ['body:\u00c9', false],
  ])('[QL17] %s → %s', (query, expected) => {
    const bodies = [utf8('some BYTES \u00e9'), utf8('Key: tok_a1')];
    expect(matches(query, { ...row, bodies })).toBe(expected);
  });

  it('[QL17] an exchange without a stored body matches no look into bodies', () => {
    expect(['body:""', 'body:/.*/', 'json:$'].map((query) => matches(query))).toEqual([false, false, false]);
  });
});
