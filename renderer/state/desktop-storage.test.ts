import { expect, it, vi } from 'vitest';
import { DesktopStorage } from './desktop-storage.ts';

type Desktop = Parameters<typeof DesktopStorage.open>[0];

/** The app as a page sees it. */
function app(texts: { draft: string | null; place: string | null }): Desktop & { readonly given: object[] } {
  const given: object[] = [];
  return {
    given,
    kept: () => Promise.resolve(texts),
    keep: (input) => {
      given.push(input);
      return Promise.resolve({});
    },
  };
}

it('[DS28] the desktop app’s texts are the page’s storage: read once, each change handed over', async () => {
  const desktop = app({ draft: 'before', place: null });
  const storage = await DesktopStorage.open(desktop);
  expect([storage.getItem('draft'), storage.getItem('place')]).toEqual(['before', null]);
  storage.setItem('draft', 'after');
  storage.removeItem('place');
  expect(storage.getItem('draft')).toBe('after');
  expect(desktop.given).toEqual([
    { name: 'draft', text: 'after' },
    { name: 'place', text: null },
  ]);
  expect(() => storage.getItem('else')).toThrow('Cannot keep "else"');
});

it('[DS28] an app that cannot be read, or does not take it, keeps no page from going on', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  const storage = await DesktopStorage.open({
    kept: () => Promise.reject(new Error('gone')),
    keep: () => Promise.reject(new Error('gone')),
  });
  storage.setItem('draft', 'x');
  expect(storage.getItem('draft')).toBe('x');
  await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(2));
});
