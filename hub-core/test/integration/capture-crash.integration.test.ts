import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { integrityOf } from '../support/integrity-of.ts';
import { openTrafficStore, temporaryFolder } from '../support/traffic.ts';

const WRITER = fileURLToPath(new URL('../support/capture-writer.ts', import.meta.url));

/** Lets the writer write at least `batches` batches, and kills it without warning. @returns the last number it reported */
async function writeAndKill(dir: string, batches: number): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
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
});
