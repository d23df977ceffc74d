import { describe, expect, it } from 'vitest';
import { withoutEach } from './without-each.ts';

describe('withoutEach', () => {
  it('[IN20] asks for one term less, each in turn', () => {
    expect(withoutEach(['a', 'dur>50ms', 'a'])).toEqual([
      { left: 'a', filter: 'dur>50ms a' },
      { left: 'dur>50ms', filter: 'a a' },
      { left: 'a', filter: 'a dur>50ms' },
    ]);
    expect(withoutEach(['a'])).toEqual([]);
    expect(withoutEach(Array.from({ length: 20 }, (_, place) => String(place)))).toHaveLength(6);
  });
});
