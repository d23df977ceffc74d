import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { TrafficStore } from '../../capture/traffic-store.ts';
import { systemClock } from '../../common/base/clock.ts';
import { seededRandom } from '../../common/base/random.ts';
import { silentLogger } from '../../common/log/logger.ts';
import { BODY_BYTES, LoadedHub, warmUp, type KnownAtKill } from '../support/loaded-hub.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { integrityOf } from '../support/integrity-of.ts';

const ROUNDS = 10;
/** The hub is killed at any moment up to so long after it was ready: while its load connects, begins, or runs. */
const KILLED_WITHIN_MS = 900;
/** Segments of 3,200 rows, so that there are several; more rows in all than ten rounds can bring, so that none is dropped. */
const SETTINGS = ['capture.maxRows=64000'];

/** The same moments again: `WHUB_KILL_SEED=<the number that was printed>`. */
const seed = Number(process.env['WHUB_KILL_SEED'] ?? randomInt(2 ** 31));

interface Round {
  readonly dir: string;
  readonly name: string;
  /** The number of the last row before this round. */
  readonly before: number;
  readonly known: KnownAtKill;
}

/** Opens the store as the next hub does. @returns what it prints of the round, and the last number of a row */
async function examine({
  dir,
  name,
  before,
  known,
}: Round): Promise<{ readonly line: string; readonly lastSeq: number }> {
  using store = new TrafficStore({ dir, clock: systemClock, log: silentLogger });
  const { lastSeq, rows: count, firstSeq } = store.watermark();
  // Killed in the first round before anything was stored, it has no row to tell of.
  expect([firstSeq, count], 'no number is missing').toEqual([Math.min(1, lastSeq), lastSeq]);
  const query = store.query('');
  await query.refresh();
  const rows = query.window(before, count - before).rows;
  const isEmpty = count === 0;
  expect(rows.at(-1)?.outcome, 'the last row tells of the gap').toBe(isEmpty ? undefined : 'gap');
  expect(known.counted, 'what was counted as stored is there, before the gap').toBeLessThanOrEqual(
    isEmpty ? 0 : count - 1,
  );
  for (const [seq, { uri, outcome }] of known.shown) {
    if (seq <= before) continue;
    const row = rows[seq - before - 1];
    expect([row?.seq, row?.uri], 'what was shown is there').toEqual([seq, uri]);
    // A row that was shown with its end has it; one that was shown without may have got it, or never will.
    expect(outcome === null ? ['replied', 'lost'] : [outcome]).toContain(row?.outcome);
  }
  const called = rows.filter(({ service }) => service === 'echo');
  expect(
    called.map(({ uri }) => uri),
    'every request up to the last that was stored',
  ).toEqual(called.map((_row, index) => `/echo/${name}/${String(index)}`));
  const broken = called.filter(
    ({ seq, outcome, status }) =>
      store.body(seq, 'request', { offset: 0, length: 1 })?.totalBytes !== BODY_BYTES ||
      !(outcome === 'lost' || (outcome === 'replied' && status === 200)),
  );
  expect(broken, 'each with its body, and with its answer or marked as lost').toEqual([]);
  const lost = known.answered.filter((number) => number >= called.length).length;
  const open = called.filter(({ outcome }) => outcome === 'lost').length;
  const line = `${String(known.answered.length)} answered, ${String(called.length)} stored, ${String(open)} of them without their end; ${String(lost)} answered and not stored`;
  return { line, lastSeq };
}

it(
  `[CA8, TS2] a hub that is killed ten times at random moments under load keeps all that it had stored and tells of the gap (seed ${String(seed)})`,
  { timeout: 120_000 },
  async () => {
    const random = seededRandom(seed);
    await using folder = await createTempFolder();
    const dir = join(folder.path, 'capture');
    const options = { dataDir: folder.path, settings: SETTINGS, compileCache: join(folder.path, 'compiled') };
    await warmUp(options);
    let before = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `round-${String(round)}`;
      await using hub = await LoadedHub.start({ ...options, name });
      const atMs = Math.floor(random() * KILLED_WITHIN_MS);
      await passed(atMs);
      const known = await hub.kill();
      const { line, lastSeq } = await examine({ dir, name, before, known });
      process.stdout.write(`  killed after ${String(atMs)} ms: ${line}\n`);
      const segments = readdirSync(dir).filter((file) => file.endsWith('.db'));
      expect(segments.map((file) => integrityOf(join(dir, file)))).toEqual(segments.map(() => 'ok'));
      before = lastSeq;
    }
  },
);
