import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultDataDir } from './data-dir.ts';

describe('defaultDataDir', () => {
  it('[HO11] is what WHUB_DATA says, made absolute', () => {
    expect(defaultDataDir({ WHUB_DATA: 'some/folder' })).toBe(resolve('some/folder'));
  });

  it("[HO11] is a folder of its own in the platform's usual place otherwise", () => {
    expect(defaultDataDir({})).toMatch(/whub/);
    expect(defaultDataDir({ WHUB_DATA: '' })).toBe(defaultDataDir({}));
  });
});
