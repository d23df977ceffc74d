import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DragFolder } from './drag-folder.ts';

let userData = '';
beforeEach(() => (userData = mkdtempSync(join(tmpdir(), 'whub-drag-'))));
afterEach(() => rmSync(userData, { recursive: true }));

async function* lines(...texts: readonly (string | Error)[]): AsyncGenerator<string> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield text;
  }
}

describe('DragFolder', () => {
  it('[DS34] writes a file for this user alone, a capture file compressed', async () => {
    using drags = new DragFolder(userData);
    const path = await drags.write('a.ndjson', lines('one\n', 'two\n'), undefined);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    const packed = await drags.write('a.whub', lines('one\n'), undefined);
    expect(gunzipSync(readFileSync(packed)).toString()).toBe('one\n');
  });

  it('[DS34] keeps the last three, and none beyond its end, nor what a killed app left', async () => {
    const paths: string[] = [];
    const there = (): boolean[] => paths.map((path) => existsSync(path));
    const killed = new DragFolder(userData);
    for (let drag = 0; drag < 4; drag += 1) paths.push(await killed.write('a.har', lines('{}'), undefined));
    expect(there()).toEqual([false, true, true, true]);
    const next = new DragFolder(userData);
    expect(there()).toEqual([false, false, false, false]);
    paths.push(await next.write('a.har', lines('{}'), undefined));
    next[Symbol.dispose]();
    expect(there().at(-1)).toBe(false);
  });

  it('[DS34] leaves no part of a file that breaks off or is not wanted any more', async () => {
    using drags = new DragFolder(userData);
    await expect(drags.write('a.har', lines('{', new Error('the store ended')), undefined)).rejects.toThrow('ended');
    await expect(drags.write('b.har', lines('{}'), AbortSignal.abort())).rejects.toThrow('aborted');
    expect(existsSync(join(userData, 'drag-out', '1'))).toBe(false);
    expect(existsSync(join(userData, 'drag-out', '2'))).toBe(false);
  });
});
