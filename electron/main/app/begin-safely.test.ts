import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../hub-core/host/log.ts';
import { beginSafely } from './begin-safely.ts';
import type { SafeBeginning } from './begin-safely.ts';

describe('beginSafely()', () => {
  const done: string[] = [];
  const begin = (record: SafeBeginning['record'], answer: 'as-usual' | 'without-history' | 'quit') => {
    done.length = 0;
    return beginSafely({
      record,
      ask: () => {
        done.push('asked');
        return Promise.resolve(answer);
      },
      setAside: () => {
        done.push('set aside');
        return '/data/capture.set-aside-1';
      },
      log: createLogger({ level: 'silent', readable: false }),
    });
  };

  it('[DS12] a start after a good end says nothing and asks nothing', async () => {
    expect(await begin({ endedBadly: false, needsSafeStart: false }, 'quit')).toBeNull();
    expect(done).toEqual([]);
  });

  it('[DS12] a start after a crash says so', async () => {
    expect(await begin({ endedBadly: true, needsSafeStart: false }, 'quit')).toMatchObject({
      title: 'WHub did not end by itself the last time',
    });
    expect(done).toEqual([]);
  });

  it('[DS12] after starts that never came up it is asked: without history the store is put aside, and said where', async () => {
    const failed = { endedBadly: true, needsSafeStart: true };
    expect(await begin(failed, 'without-history')).toEqual({
      title: 'Started without history',
      text: 'What was recorded before is in /data/capture.set-aside-1',
    });
    expect(done).toEqual(['asked', 'set aside']);
    expect(await begin(failed, 'quit')).toBeUndefined();
    expect(await begin(failed, 'as-usual')).toMatchObject({ title: 'WHub did not end by itself the last time' });
    expect(done).toEqual(['asked']);
  });
});
