import { describe, expect, it } from 'vitest';
import { matchingSuggestions } from './uri-suggestions.ts';

const ALL = [
  { uri: '/math/add', methods: 'POST' },
  { uri: '/math/add/:n', methods: 'GET' },
  { uri: '/status/info', methods: 'GET' },
];

describe('matchingSuggestions', () => {
  it('[UI54] offers the routes that hold what was typed', () => {
    expect(matchingSuggestions(ALL, 'ADD').map(({ uri }) => uri)).toEqual(['/math/add', '/math/add/:n']);
  });
  it('[UI54] offers nothing once a route is written out', () => {
    expect(matchingSuggestions(ALL, '/math/add')).toEqual([]);
  });
});
