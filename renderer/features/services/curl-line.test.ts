import { describe, expect, it } from 'vitest';
import { curlLine } from './curl-line.ts';

const AT = 'http://127.0.0.1:7410';

describe('curlLine', () => {
  it('[UI71] asks a route over HTTP with the key of the environment', () => {
    expect(curlLine(AT, 'math', { pattern: '/add', methods: ['GET', 'POST'] })).toBe(
      `curl -H "Authorization: Bearer $WHUB_KEY" 'http://127.0.0.1:7410/math/add'`,
    );
    expect(curlLine(AT, 'math', { pattern: '/add', methods: ['POST'] })).toBe(
      `curl -X POST -H "Authorization: Bearer $WHUB_KEY" -H 'content-type: application/json' -d '{}' 'http://127.0.0.1:7410/math/add'`,
    );
  });

  it('[UI71] lets a shell see nothing in a route but its text', () => {
    expect(curlLine(AT, 'a', { pattern: "/it's/$(x)", methods: [] })).toBe(
      String.raw`curl -H "Authorization: Bearer $WHUB_KEY" 'http://127.0.0.1:7410/a/it'\''s/$(x)'`,
    );
  });
});
