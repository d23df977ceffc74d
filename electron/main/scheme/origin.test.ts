import { describe, expect, it } from 'vitest';
import { isOwnUrl } from './origin.ts';

describe('isOwnUrl()', () => {
  it.each(['app://console', 'app://console/', 'app://console/index.html?x#y', 'APP://console/'])(
    '[EL3] isOwnUrl() accepts %s',
    (url) => {
      expect(isOwnUrl(url)).toBe(true);
    },
  );

  it.each([
    'app://console.example.com/',
    'app://consolee/',
    'app://console@example.com/',
    'app://user:pass@console/',
    'app://console:81/',
    'app://example.com/console/',
    'app:console',
    'apps://console/',
    'https://console/',
    'file:///app://console/',
    'javascript:alert(1)//app://console/',
    'data:text/html,app://console/',
    'about:blank',
    'not a url',
    '',
  ])('[EL3] isOwnUrl() refuses %j', (url) => {
    expect(isOwnUrl(url)).toBe(false);
  });
});
