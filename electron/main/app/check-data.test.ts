import { expect, it } from 'vitest';
import type { Finding } from '../../../hub-core/host/doctor/finding.ts';
import { checkData } from './check-data.ts';
import { oneAtATime } from './one-at-a-time.ts';

const RESTORE = { kind: 'restore', database: '/d/hub.db', backup: '/d/b.db', backupAtMs: 0 } as const;
const OK: Finding = { check: 'node', level: 'ok', text: 'Node is new enough' };
const DAMAGED: Finding = {
  check: 'hub.db',
  level: 'fail',
  text: 'hub.db is damaged',
  advice: 'repair it',
  repairs: [RESTORE],
};

interface Scene {
  readonly findings: readonly Finding[];
  readonly agrees?: boolean;
  readonly carryOut?: () => readonly string[];
  /** How often the user asks before the first question is answered. */
  readonly times?: number;
}

/** @returns what happened, in order */
async function check(scene: Scene): Promise<string[]> {
  const { findings, agrees = true, carryOut = () => ['hub.db is the backup'], times = 1 } = scene;
  const done: string[] = [];
  const note = (what: string): Promise<void> => {
    done.push(what);
    return Promise.resolve();
  };
  const answer = Promise.withResolvers<boolean>();
  const start = oneAtATime(() =>
    checkData({
      dataDir: '/d',
      slot: { stop: () => note('stop'), start: () => note('start') },
      loadDoctor: () =>
        Promise.resolve({
          examine: (dataDir) => Promise.resolve({ dataDir, isRunning: false, findings }),
          describeRepair: ({ kind }) => `will ${kind}`,
          carryOutRepairs: (_dataDir, repairs) => {
            done.push(`repair ${repairs.map(({ kind }) => kind).join()}`);
            return carryOut();
          },
        }),
      confirmRepair: (detail) => {
        done.push(`ask: ${detail}`);
        return answer.promise;
      },
      tell: (message, detail) => void done.push(`tell: ${message}: ${detail}`),
    }),
  );
  const checks = Array.from({ length: times }, () => start());
  answer.resolve(agrees);
  await Promise.all(checks).catch((error: unknown) => done.push(String(error)));
  return done;
}

it('[DS32] a data folder in order, and one with nothing to repair, are told of', async () => {
  expect(await check({ findings: [OK] })).toEqual(['tell: The data folder is in order: /d']);
  const old: Finding = { check: 'backups', level: 'warn', text: 'the last backup is old', advice: 'start the hub' };
  expect(await check({ findings: [OK, old] })).toEqual([
    'tell: The data folder needs a look: • the last backup is old: start the hub',
  ]);
});

it('[DS32] what can be repaired is asked about with what is lost by it, and done while the hub is stopped', async () => {
  const question = 'ask: • hub.db is damaged: repair it\n\nTo be done, while the hub is stopped:\n• will restore';
  expect(await check({ findings: [OK, DAMAGED] })).toEqual([
    question,
    'stop',
    'repair restore',
    'tell: The data folder was repaired: hub.db is the backup',
    'start',
  ]);
  expect(await check({ findings: [DAMAGED], agrees: false })).toEqual([question]);
});

it('[DS32] the hub is started again after a repair that failed, too', async () => {
  const carryOut = (): never => {
    throw new Error('the disk is full');
  };
  const done = await check({ findings: [DAMAGED], carryOut });
  expect(done.slice(1)).toEqual(['stop', 'repair restore', 'start', 'Error: the disk is full']);
});

it('[DS32] asked for again while the question waits, it is one look and one repair', async () => {
  const done = await check({ findings: [DAMAGED], times: 2 });
  expect(done.slice(1)).toEqual([
    'stop',
    'repair restore',
    'tell: The data folder was repaired: hub.db is the backup',
    'start',
  ]);
});
