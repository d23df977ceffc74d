import { beforeEach, describe, expect, it } from 'vitest';
import { usePreferences } from './preferences.ts';
import { deleteFilter, noteFilter, renameFilter, saveFilter } from './saved-filters.ts';

const saved = () => usePreferences.getState().savedFilters.map(({ name, filter }) => `${name}=${filter}`);

beforeEach(() => usePreferences.setState({ savedFilters: [], recentFilters: [] }));

describe('noteFilter', () => {
  it('[IN4] remembers the latest first, each once, and not every letter of one', () => {
    for (const text of ['stat', 'status:error', 'from:alice', ' status:error ', '']) noteFilter(text);
    expect(usePreferences.getState().recentFilters).toEqual(['status:error', 'from:alice']);
  });
  it('[IN4] remembers twenty', () => {
    for (let id = 1; id <= 30; id += 1) noteFilter(`corr:${String(id).padStart(3, '0')}`);
    const { recentFilters } = usePreferences.getState();
    expect([recentFilters.length, recentFilters[0]]).toEqual([20, 'corr:030']);
  });
});

describe('saveFilter', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c']) saveFilter({ name, filter: `from:${name}` });
  });
  it('[IN4] keeps one of a name', () => {
    saveFilter({ name: 'a', filter: 'x' });
    expect(saved()).toEqual(['b=from:b', 'c=from:c', 'a=x']);
  });
  it('[IN4] renames in place', () => {
    renameFilter('b', 'c');
    expect(saved()).toEqual(['a=from:a', 'c=from:b']);
    renameFilter('a', 'a');
    expect(saved()).toEqual(['a=from:a', 'c=from:b']);
  });
  it('[IN4] what was deleted can be brought back to its place', () => {
    const undo = deleteFilter('b');
    expect(saved()).toEqual(['a=from:a', 'c=from:c']);
    undo();
    expect(saved()).toEqual(['a=from:a', 'b=from:b', 'c=from:c']);
    undo();
    deleteFilter('unknown')();
    expect(saved()).toHaveLength(3);
  });
});
