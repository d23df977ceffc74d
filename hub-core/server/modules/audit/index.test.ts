import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../common/log/logger.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { temporaryFolder } from '../../../test/support/traffic.ts';
import { DEFAULT_AUDIT_LIMITS, type AuditLimits } from '../../storage/audit-record.ts';
import { AuditStore } from '../../storage/audit-store.ts';
import { openHubDatabase, type HubDatabase } from '../../storage/database.ts';
import { audited, createAudit, type Audit } from './index.ts';

const never = new AbortController().signal;
const DAY_MS = 86_400_000;

interface Stage extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly audit: Audit;
  /** Of the database as another program has it. */
  readonly other: HubDatabase;
  readonly note: (target: string) => void;
  readonly targets: () => readonly string[];
}

async function start(limits: Partial<AuditLimits> = {}): Promise<Stage> {
  const stack = new DisposableStack();
  const folder = stack.use(temporaryFolder());
  const database = stack.use(openHubDatabase(folder.path));
  const other = stack.use(openHubDatabase(folder.path));
  database.connection.pragma('busy_timeout = 0');
  const clock = new FakeClock();
  const audit = createAudit({
    clock,
    log: silentLogger,
    config: { ...DEFAULT_AUDIT_LIMITS, ...limits },
    store: () => new AuditStore(database),
  });
  await audit.start(never);
  return {
    clock,
    audit,
    other,
    note: (target) =>
      audit.record({ actor: 'cat', via: 'socket', address: '192.0.2.1', action: 'test', target, detail: '' }),
    targets: () => audit.list({ limit: 1_000 }).map(({ target }) => target),
    [Symbol.asyncDispose]: async () => {
      await audit.stop();
      stack.dispose();
    },
  };
}

describe('createAudit', () => {
  it('[AD6] keeps whole entries, newest first, a page at a time', async () => {
    await using stage = await start();
    for (const target of ['a', 'b', 'c']) stage.note(target);
    const [newest] = stage.audit.list({ limit: 1 });
    expect(newest).toEqual({
      id: 3,
      atMs: stage.clock.wallMs(),
      actor: 'cat',
      via: 'socket',
      address: '192.0.2.1',
      action: 'test',
      target: 'c',
      detail: '',
    });
    // It is in the file, for whoever opens that next.
    expect(new AuditStore(stage.other).list({ limit: 1 })).toEqual([newest]);
    expect(stage.audit.list({ limit: 5, before: 3 }).map(({ target }) => target)).toEqual(['b', 'a']);
  });

  it('[AD7] forgets what is over its number or its age', async () => {
    await using stage = await start({ maxRows: 3, maxAgeDays: 2 });
    for (let count = 0; count < 110; count += 1) stage.note(String(count));
    expect(stage.targets().length).toBeLessThan(110);
    stage.clock.advance(3_600_000);
    expect(stage.targets()).toEqual(['109', '108', '107']);
    stage.clock.advance(DAY_MS);
    stage.note('young');
    stage.clock.advance(DAY_MS);
    expect(stage.targets()).toEqual(['young']);
  });

  it('[AD8] writes later what cannot be written now, and says so meanwhile', async () => {
    await using stage = await start();
    stage.other.connection.exec('BEGIN IMMEDIATE');
    stage.note('a');
    stage.note('b');
    expect(stage.audit.health()).toEqual({ state: 'degraded', detail: '2 changes wait to be written down' });
    stage.other.connection.exec('COMMIT');
    stage.clock.advance(1_000);
    expect([stage.targets(), stage.audit.health().state]).toEqual([['b', 'a'], 'serving']);
  });

  it('[AD8] loses the oldest when too much waits, and counts them', async () => {
    await using stage = await start();
    stage.other.connection.exec('BEGIN IMMEDIATE');
    for (let count = 0; count < 1_002; count += 1) stage.note(String(count));
    stage.other.connection.exec('COMMIT');
    stage.clock.advance(1_000);
    const lost = stage.audit.metrics?.().find(({ name }) => name === 'lost_total');
    expect([lost?.value, stage.targets().at(-1)]).toEqual([2, '2']);
  });

  it('[AD5] cuts what is told to a length', async () => {
    await using stage = await start();
    stage.note('x'.repeat(5_000));
    expect(stage.targets()[0]?.length).toBe(501);
  });
});

describe('audited', () => {
  const group = { name: 'things', reads: ['list'], tells: { set: ['size'], put: ['kind'] } };

  it('[AD2] notes what was done, with what may be told of it and nothing else', async () => {
    const noted: unknown[] = [];
    const things = audited(
      {
        size: 1,
        list: () => ['x'],
        set: (_name: string, size: number, _password: string) => size > 0,
        rename: (_name: string, _secret: string) => Promise.resolve(true),
        put: (_thing: { target: string; kind: string; secret: string }) => undefined,
        fail: (): boolean => {
          throw new TypeError('no');
        },
        reject: (_name: string) => Promise.reject(new TypeError('no')),
      },
      group,
      (change) => noted.push(change),
    );
    expect([things.size, things.list(), things.set('a', 3, 'hush'), things.set('b', 0, 'hush')]).toEqual([
      1,
      ['x'],
      true,
      false,
    ]);
    things.put({ target: 'c', kind: 'round', secret: 'hush' });
    expect(() => things.fail()).toThrow('no');
    await things.rename('d', 'hush');
    await expect(things.reject('e')).rejects.toThrow('no');
    expect(noted).toEqual([
      { action: 'things.set', target: 'a', detail: 'size 3' },
      { action: 'things.put', target: 'c', detail: 'kind round' },
      { action: 'things.rename', target: 'd', detail: '' },
    ]);
  });
});
