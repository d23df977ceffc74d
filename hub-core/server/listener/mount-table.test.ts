import { describe, expect, it } from 'vitest';
import { MountTable } from './mount-table.ts';

describe('MountTable', () => {
  it('[HT13] find() prefers the longest prefix; one without a slash at its end holds for itself alone', () => {
    const table = new MountTable();
    const [outer, inner, exact] = ['/a/', '/a/b/', '/a.json'].map((prefix) => ({ prefix }));
    for (const mount of [outer, inner, exact]) if (mount !== undefined) table.add(mount);
    expect(['/a/', '/a/x', '/a/b/x', '/a', '/a.json', '/a.json/x', '/'].map((path) => table.find(path))).toEqual([
      outer,
      outer,
      inner,
      undefined,
      exact,
      undefined,
      undefined,
    ]);
  });

  it('[HT13] add() refuses a prefix that is taken or relative, and frees it with its disposable', () => {
    const table = new MountTable();
    const first = table.add({ prefix: '/a/' });
    expect(() => table.add({ prefix: '/a/' })).toThrow(TypeError);
    expect(() => table.add({ prefix: 'a/' })).toThrow(TypeError);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    table.add({ prefix: '/a/' });
    expect(table.find('/a/x')?.prefix).toBe('/a/');
  });
});
