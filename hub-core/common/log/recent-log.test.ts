import { describe, expect, it } from 'vitest';
import { RecentLog } from './recent-log.ts';

const json = (level: number, msg: string, more: object = {}): string =>
  JSON.stringify({ level, time: 5, msg, ...more });

describe('RecentLog', () => {
  it('[HO28] keeps lines with their level, part and details, and gives those behind a number', () => {
    const log = new RecentLog();
    log.add(json(30, 'started', { module: 'hub', port: 7410, hosts: ['a'] }));
    log.add(json(50, 'failed', { error: { message: 'no room', stack: 'at x' } }));
    log.add(json(60, 'worse'));
    expect(log.read(0).lines).toEqual([
      { number: 1, atMs: 5, level: 'info', module: 'hub', text: 'started', details: 'port=7410 hosts=["a"]' },
      { number: 2, atMs: 5, level: 'error', module: '', text: 'failed', details: 'error=no room' },
      { number: 3, atMs: 5, level: 'error', module: '', text: 'worse', details: '' },
    ]);
    expect([log.read(2).lines.length, log.read(3)]).toEqual([1, { lines: [], last: 3 }]);
    // Of a log that was begun anew since.
    expect(log.read(99).lines).toHaveLength(3);
  });

  it('[HO28] keeps the newest thousand', () => {
    const log = new RecentLog();
    for (let line = 1; line <= 3_500; line += 1) log.add(json(30, String(line)));
    const { lines } = log.read(0);
    expect([lines.length, lines[0]?.text, lines.at(-1)?.text]).toEqual([1_000, '2501', '3500']);
  });
});
