import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { integrityOf } from '../support/integrity-of.ts';
import { openTrafficStore, temporaryFolder } from '../support/traffic.ts';
import { ColumnFill } from '../../capture/column-fill.ts';
import { JobList } from '../../capture/job-list.ts';
import type { TrafficStore } from '../../capture/traffic-store.ts';
import { systemClock } from '../../common/base/clock.ts';
import { silentLogger } from '../../common/log/logger.ts';

const WRITER = fileURLToPath(new URL('../support/capture-writer.ts', import.meta.url));

/** Lets the writer write at least `batches` batches, and kills it without warning. @returns the last number it reported */
async function writeAndKill(dir: string, batches: number, ...more: readonly string[]): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, dir, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  let reported = '';
  for await (const chunk of writer.stdout.setEncoding('utf8')) {
    reported += String(chunk);
    if (reported.split('\n').length > batches) writer.kill('SIGKILL');
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  return Number(reported.split('\n').at(-2));
}

describe('TrafficStore after kill -9', () => {
  it(
    '[CA8, TS2] opens with every row that was written, sound, tells of the gap, and goes on',
    { timeout: 60_000 },
    async () => {
      using folder = temporaryFolder();
      let before = 0;
      for (const batches of [1, 3, 5, 8, 13, 17, 21, 29, 34, 40]) {
        const lastWritten = await writeAndKill(folder.path, batches);
        {
          using store = openTrafficStore(folder.path, { limits: { segmentRows: 1_000 } });
          const { firstSeq, lastSeq, rows } = store.watermark();
          expect(firstSeq).toBe(1);
          expect(lastSeq).toBeGreaterThanOrEqual(lastWritten);
          expect(lastWritten).toBeGreaterThan(before);
          expect(rows).toBe(lastSeq);
          const query = store.query('');
          await query.refresh();
          const outcomes = query.window(rows - 3, 3).rows.map(({ outcome }) => outcome);
          expect(outcomes).toEqual(['replied', 'lost', 'gap']);
          expect(store.body(lastSeq - 1, 'request', { offset: 0, length: 9 })?.totalBytes).toBe(512);
          before = lastSeq;
        }
        const segments = readdirSync(folder.path).filter((file) => file.endsWith('.db'));
        expect(segments.map((name) => integrityOf(join(folder.path, name)))).toEqual(segments.map(() => 'ok'));
      }
    },
  );

  it('[TS14] has columns as they were defined, and goes on with earlier rows', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    for (const batches of [2, 9, 15, 24, 33, 52]) {
      await writeAndKill(folder.path, batches, 'columns');
      using store = openTrafficStore(folder.path, { limits: { segmentRows: 1_000 } });
      const [column] = store.columns.defined;
      const wanted = column?.path === '$.x' ? 'one' : 'other';
      // Every row that counts as looked at has its value, before and after the rest was.
      const before = await valuesOf(store);
      expect([...before.keys()].filter((text) => ![wanted, '!unfilled', 'gap'].includes(text))).toEqual([]);
      using jobs = new JobList(systemClock);
      using fill = new ColumnFill({ store, jobs, clock: systemClock, log: silentLogger });
      await fill.idle();
      const after = await valuesOf(store);
      const { gap = 0, [wanted]: filled = 0, ...others } = Object.fromEntries(after);
      expect([others, gap + filled]).toEqual([{}, store.watermark().rows]);
    }
  });
});

/** What rows show in the store's column, with their numbers; without a column, what they would. */
async function valuesOf(store: TrafficStore): Promise<ReadonlyMap<string, number>> {
  const [column] = store.columns.defined;
  const query = store.query('');
  const { count } = await query.refresh();
  const counts = new Map<string, number>();
  for (const cells of store.columns.cells(query.window(0, count).rows)) {
    const cell = cells?.[column?.id ?? ''];
    const text = cell === undefined ? 'gap' : cell.kind === 'none' ? `!${cell.reason}` : cell.text;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
