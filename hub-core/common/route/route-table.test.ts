import { describe, expect, it } from 'vitest';
import { Method } from '../protocol/message.ts';
import { parsePattern } from './pattern.ts';
import { splitPath, splitUri } from './path.ts';
import { RouteTable } from './route-table.ts';

function tableOf(...routes: readonly (readonly [pattern: string, ...methods: Method[]])[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const [pattern, ...methods] of routes) table.add(pattern, methods, `${methods.join()} ${pattern}`.trim());
  return table;
}

const find = (table: RouteTable<string>, path: string, method: Method = Method.Get): string | undefined =>
  table.find(splitPath(path))?.route(method);

describe('RouteTable', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a/c', '/a/:x'],
    ['/a/c/d', '/a/*rest'],
    ['/z/b', '/:y/b'],
    ['/z/c', '/*all'],
  ])('[RT2] find() for "%s" prefers literal, then parameter, then rest: %s', (path, expected) => {
    const table = tableOf(['/*all'], ['/a/*rest'], ['/a/:x'], ['/:y/b'], ['/a/b']);
    expect(find(table, path)).toBe(expected);
  });

  it('[RT2] find() comes back from a literal that leads nowhere', () => {
    const table = tableOf(['/a/b/c'], ['/:x/b/d']);
    expect(find(table, '/a/b/d')).toBe('/:x/b/d');
  });

  it('[RT3] find() takes the first pattern that has the method', () => {
    const table = tableOf(['/a/b', Method.Post], ['/a/:x', Method.Get]);
    expect([find(table, '/a/b', Method.Post), find(table, '/a/b', Method.Get)]).toEqual(['3 /a/b', '1 /a/:x']);
  });

  it('[RT3] allowed names every method that the path answers to', () => {
    const table = tableOf(['/a/b', Method.Post], ['/a/:x', Method.Get]);
    const match = table.find(splitPath('/a/b'));
    expect([match?.route(Method.Put), match?.allowed]).toEqual([undefined, [Method.Get, Method.Head, Method.Post]]);
  });

  it('[RT3] a route without methods answers to all of them', () => {
    expect(tableOf(['/a']).find(['a'])?.allowed).toHaveLength(8);
  });

  it('[RT4] HEAD is answered by GET', () => {
    expect(find(tableOf(['/a', Method.Get]), '/a', Method.Head)).toBe('1 /a');
  });

  it('[RT4] HEAD is answered by a HEAD route of the same pattern before GET', () => {
    expect(find(tableOf(['/a', Method.Get], ['/a', Method.Head]), '/a', Method.Head)).toBe('2 /a');
  });

  it.each([
    ['/list', ''],
    ['/list/', ''],
    ['/list/a', 'a'],
    ['/list/a/b%20c/', 'a/b c/'],
  ])('[RT5] *rest matches "%s" as "%s"', (path, rest) => {
    const table = tableOf(['/list/*path', Method.Get]);
    expect({ ...table.find(splitPath(path))?.params(Method.Get) }).toEqual({ path: rest });
  });

  it('[RT5] a parameter matches one segment that is not empty', () => {
    const table = tableOf(['/u/:id', Method.Get]);
    expect([find(table, '/u/7'), find(table, '/u/'), find(table, '/u/7/8')]).toEqual([
      '1 /u/:id',
      undefined,
      undefined,
    ]);
  });

  it('[RT5] no segment and one empty segment are the same path', () => {
    const table = tableOf(['/']);
    expect([table.find([])?.route(Method.Get), table.find([''])?.route(Method.Get)]).toEqual(['/', '/']);
  });

  it('[RT7] add() refuses a pattern that matches the same paths with the same method', () => {
    const table = tableOf(['/a/:x', Method.Get, Method.Put]);
    expect(() => table.add('/a/:y', [Method.Put], 'again')).toThrow('Cannot add route "/a/:y": "/a/:x" matches');
  });

  it('[RT9] params() holds what the path says and nothing inherited', () => {
    const params = tableOf(['/:constructor/:b', Method.Get]).find(['x', 'y'])?.params(Method.Get);
    expect([Object.getPrototypeOf(params), { ...params }]).toEqual([null, { constructor: 'x', b: 'y' }]);
  });

  it('[RT9] params() of a method without a route is empty', () => {
    expect(tableOf(['/:a', Method.Get]).find(['x'])?.params(Method.Post)).toEqual({});
  });
});

describe('parsePattern', () => {
  it('[RT1] reads literals, parameters and a last rest', () => {
    expect(parsePattern('/a/:b/*c')).toEqual([
      { kind: 'literal', text: 'a' },
      { kind: 'param', name: 'b' },
      { kind: 'rest', name: 'c' },
    ]);
  });

  it.each([
    'a',
    '',
    '/:',
    '/*',
    '/:a-b',
    '/*rest/x',
    '/a/../b',
    '/./b',
    '/a?b',
    '/a#b',
    '/a\\b',
    '/a\u0000',
    '/a*',
    '/:a/:a',
  ])('[RT1] refuses "%s" and quotes it', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(`Cannot use route pattern "${pattern}": `);
  });

  it('[RT1] refuses a pattern over 1,024 characters', () => {
    expect(() => parsePattern(`/${'a'.repeat(1_024)}`)).toThrow('it is 1025 characters long');
  });

  it('[BI21] takes 64 segments and refuses 65, with no more of the pattern than its beginning', () => {
    expect(parsePattern('/a'.repeat(64))).toHaveLength(64);
    expect(() => parsePattern('/a'.repeat(65))).toThrow(
      `Cannot use route pattern "${'/a'.repeat(30)}…": it has 65 segments, at most 64`,
    );
  });
});

describe('splitPath', () => {
  it('[RT6] decodes each segment once', () => {
    expect(splitPath('/a%20b/%2541/')).toEqual(['a b', '%41', '']);
  });

  it.each(['/a/..', '/a/%2e%2e/b', '/.', '/a%2Fb', '/a\\b', '/a%5cb', '/a%00', '/a%zz', '/%ff', 'a', ''])(
    '[RT6] refuses "%s" with 400',
    (path) => {
      expect(() => splitPath(path)).toThrow(expect.objectContaining({ errorName: 'BAD_REQUEST_ERR', instance: path }));
    },
  );
});

describe('splitUri', () => {
  it('[RT6] cuts at the first question mark', () => {
    expect([splitUri('/a?b?c'), splitUri('/a')]).toEqual([
      { path: '/a', query: 'b?c' },
      { path: '/a', query: '' },
    ]);
  });
});
