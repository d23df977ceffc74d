import { describe, expect, it } from 'vitest';
import type { Module } from './module.ts';
import { startOrder } from './start-order.ts';

const module = (name: string, ...dependsOn: string[]): Module => ({
  name,
  dependsOn,
  start: async () => {},
  drain: async () => {},
  stop: async () => {},
  health: () => ({ state: 'serving' }),
});

const names = (...modules: Module[]): string[] => startOrder(modules).map(({ name }) => name);

describe('startOrder', () => {
  it('[MO3] puts modules behind what they depend on, else leaves their order', () => {
    expect(names(module('c', 'b'), module('a'), module('b', 'a'), module('d'))).toEqual(['a', 'b', 'c', 'd']);
    expect(
      names(module('top', 'left', 'right'), module('left', 'base'), module('right', 'base'), module('base')),
    ).toEqual(['base', 'left', 'right', 'top']);
  });

  it('[MO3] names the cycle, the missing and the repeated module', () => {
    expect(() => names(module('x', 'a'), module('a', 'b'), module('b', 'c'), module('c', 'a'))).toThrow(
      'Cannot start modules: they depend on each other in a cycle: "a" → "b" → "c" → "a"',
    );
    expect(() => names(module('a', 'a'))).toThrow('"a" → "a"');
    expect(() => names(module('a', 'b'))).toThrow('Cannot start "a": it depends on "b", and there is no such module');
    expect(() => names(module('a'), module('a'))).toThrow('Cannot start modules: "a" is there twice');
  });
});
