import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { watchThread } from '../support/watched-thread.ts';

const run = promisify(execFile);
const STARVED_HOST = fileURLToPath(new URL('../support/starved-host.ts', import.meta.url));

describe('StuckWatch over a real thread', { timeout: 120_000 }, () => {
  it('[HO30] tells a loop', async () => {
    using thread = await watchThread(300);
    thread.give({ type: 'loop' });
    await thread.until('stuck');
    expect(thread.seen).toEqual(['stuck']);
  });

  it('[HO30] tells one step that burns more than the limit, once, and lets a thread be that burns it in several', async () => {
    using thread = await watchThread(300);
    thread.give({ type: 'steps', steps: 10, cpuMs: 100 });
    await thread.until('done');
    expect(thread.seen).toEqual([...Array.from({ length: 10 }, () => 'step'), 'done']);
    thread.seen.length = 0;
    const told = new Int32Array(new SharedArrayBuffer(4));
    thread.give({ type: 'overtime', told, cpuMs: 1_000 });
    await thread.until('stuck');
    Atomics.store(told, 0, 1);
    await thread.until('done');
    expect(thread.seen).toEqual(['stuck', 'step', 'done']);
  });

  it('[HO30] lets a thread be that asks for the time, as one does who goes on to the next frame', async () => {
    using thread = await watchThread(300);
    thread.give({ type: 'beats', cpuMs: 1_500 });
    await thread.until('done');
    expect(thread.seen).toEqual(['done']);
  });

  it('[HO30] lets a thread be that is in one long statement of SQLite', async () => {
    using thread = await watchThread(300);
    let tookMs = 0;
    for (let rows = 4_000_000; tookMs < 2_000; rows *= 3) {
      const startedMs = performance.now();
      thread.seen.length = 0;
      thread.give({ type: 'statement', rows });
      await thread.until('done');
      tookMs = performance.now() - startedMs;
      expect(thread.seen).toEqual(['done']);
    }
  });

  it('[HO30] lets a thread be whose garbage is collected again and again', async () => {
    using thread = await watchThread(300);
    thread.give({ type: 'collections', count: 12, objects: 400_000 });
    await thread.until('done');
    expect(thread.seen).not.toContain('stuck');
  });

  it('[HO30] lets a thread be whose step takes long because others have the processors', async () => {
    const hogs = 2 * availableParallelism();
    const args = ['3', '60', '150', '10', String(hogs)];
    const { stdout } = await run(process.execPath, [STARVED_HOST, ...args]);
    const { seen, tookMs } = JSON.parse(stdout) as { seen: string[]; tookMs: number };
    expect(seen).toEqual(['step', 'step', 'step', 'done']);
    // Else it was not starved, and nothing was tested.
    expect(tookMs).toBeGreaterThan(400);
  });
});
