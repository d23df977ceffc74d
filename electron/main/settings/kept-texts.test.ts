import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptTexts } from './kept-texts.ts';

let userData = '';
beforeEach(() => (userData = mkdtempSync(join(tmpdir(), 'whub-kept-'))));
afterEach(() => rmSync(userData, { recursive: true }));

it('[DS28] what a page has kept is there for the next app, for this user alone', async () => {
  const kept = new KeptTexts(userData);
  expect([kept.read('draft'), kept.read('place')]).toEqual([null, null]);
  await kept.keep('draft', 'a draft');
  await kept.keep('place', 'a place');
  const folder = join(userData, 'kept');
  expect(readdirSync(folder).toSorted()).toEqual(['draft.json', 'place.json']);
  expect([statSync(folder), statSync(join(folder, 'draft.json'))].map(({ mode }) => mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
  const next = new KeptTexts(userData);
  expect([next.read('draft'), next.read('place')]).toEqual(['a draft', 'a place']);
  await next.keep('draft', null);
  expect(new KeptTexts(userData).read('draft')).toBeNull();
});

it('[DS28] of texts that come faster than they are written the last one stays, and all are told when it is there', async () => {
  const kept = new KeptTexts(userData);
  const all = Array.from({ length: 50 }, (_, index) => kept.keep('draft', `text ${String(index)}`));
  expect(await Promise.all(all)).toHaveLength(50);
  expect(readFileSync(join(userData, 'kept', 'draft.json'), 'utf8')).toBe('text 49');
  expect(readdirSync(join(userData, 'kept'))).toEqual(['draft.json']);
});

it('[DS28] a text that comes while an earlier one is being written is written, whatever becomes of that', async () => {
  const written: (string | null)[] = [];
  const fault = Promise.withResolvers<void>();
  const kept = new KeptTexts(userData, (_path, text) => {
    written.push(text);
    return written.length === 1 ? fault.promise : Promise.resolve();
  });
  const both = [kept.keep('draft', 'earlier'), kept.keep('draft', 'later')];
  fault.reject(new Error('the disk is full'));
  await Promise.all(both);
  expect(written).toEqual(['earlier', 'later']);
});

it('[DS28] a text that cannot be written is told of, and the next one is written', async () => {
  let isFull = true;
  const kept = new KeptTexts(userData, () =>
    isFull ? Promise.reject(new Error('the disk is full')) : Promise.resolve(),
  );
  await expect(kept.keep('draft', 'a draft')).rejects.toThrow('the disk is full');
  isFull = false;
  await kept.keep('draft', 'a draft');
  expect(kept.read('draft')).toBe('a draft');
});

it('[DS28] a file that is too large, or a folder in its place, counts as nothing', () => {
  mkdirSync(join(userData, 'kept', 'place.json'), { recursive: true });
  writeFileSync(join(userData, 'kept', 'draft.json'), 'x'.repeat(2_000_001));
  const kept = new KeptTexts(userData);
  expect([kept.read('draft'), kept.read('place')]).toEqual([null, null]);
});
