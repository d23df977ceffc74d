import { describe, expect, it } from 'vitest';
import { KEY_TABLE, keyLabel, listKey, movedIndex, rowKey } from './keys.ts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('KEY_TABLE', () => {
  it('[UI15] no key and no id is there twice', () => {
    const keys = KEY_TABLE.flatMap((entry): readonly string[] => entry.keys);
    expect(keys.length).toBe(new Set(keys).size);
    expect(KEY_TABLE.length).toBe(new Set(KEY_TABLE.map((entry) => entry.id)).size);
  });
});

describe('listKey', () => {
  it('[UI15] knows the arrows and the letters, and nothing while a modifier is held', () => {
    expect(
      ['ArrowDown', 'j', 'ArrowUp', 'k', 'Home', 'End', 'Enter', 'Escape'].map((key) => listKey(press(key))),
    ).toEqual(['list-down', 'list-down', 'list-up', 'list-up', 'list-first', 'list-last', 'list-open', 'list-clear']);
    expect([' ', 'p'].map((key) => listKey(press(key)))).toEqual(['list-space', 'list-pair']);
    expect(listKey(press('e', { ctrlKey: true }))).toBeUndefined();
    expect(listKey(press('x'))).toBeUndefined();
  });
});

describe('rowKey', () => {
  it('[UI15] knows plain letters, and those that are held with Ctrl', () => {
    expect(['m', '3', 'x', ']'].map((key) => rowKey(press(key)))).toEqual([
      'row-mark',
      'row-mark-3',
      'row-hide',
      'row-next-error',
    ]);
    expect(rowKey(press('c', { ctrlKey: true }))).toBe('row-copy');
    expect(rowKey(press('C', { ctrlKey: true, shiftKey: true }))).toBe('row-copy-as');
    expect([rowKey(press('s')), rowKey(press(' ', { ctrlKey: true }))]).toEqual(['row-choose', 'row-choose']);
    expect([rowKey(press('m', { ctrlKey: true })), rowKey(press('c', { altKey: true }))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('movedIndex', () => {
  const at = { index: 5, count: 100, rowsPerPage: 10 };
  it('[UI15] moves by a row, a page, or to an end, and stops at the ends', () => {
    expect(movedIndex('list-down', at)).toBe(6);
    expect(movedIndex('list-page-down', { ...at, index: 95 })).toBe(99);
    expect(movedIndex('list-page-up', at)).toBe(0);
    expect(movedIndex('list-last', at)).toBe(99);
  });
  it('[UI15] starts at the near end when nothing is selected', () => {
    expect(movedIndex('list-down', { ...at, index: -1 })).toBe(0);
    expect(movedIndex('list-up', { ...at, index: -1 })).toBe(99);
  });
  it('[UI15] leads nowhere in an empty list, or by a key that does not move', () => {
    expect(movedIndex('list-down', { ...at, count: 0 })).toBeUndefined();
    expect(movedIndex('list-open', at)).toBeUndefined();
  });
});

describe('keyLabel', () => {
  it('[UI15] reads as the platform writes it', () => {
    expect(keyLabel('$mod+Shift+k', false)).toBe('Ctrl+Shift+K');
    expect(keyLabel('$mod+Shift+k', true)).toBe('⌘⇧K');
    expect(keyLabel('Alt+Digit1', false)).toBe('Alt+1');
    expect(keyLabel('[Shift]+?', false)).toBe('?');
    expect(keyLabel('j', false)).toBe('j');
    expect([keyLabel('$mod+\\', false), keyLabel('$mod+ ', false)]).toEqual(['Ctrl+\\', 'Ctrl+Space']);
  });
});
