import { describe, expect, it } from 'vitest';
import { RecentLog } from '../common/log/recent-log.ts';
import { createLogger, redact, type LogLevel } from './log.ts';

const KEY = `whub_a1b2c3_${'x'.repeat(43)}`;

function capture(level: LogLevel, readable: boolean) {
  const lines: string[] = [];
  return { lines, log: createLogger({ level, readable, write: (line) => lines.push(line) }) };
}

describe('createLogger', () => {
  it('[HO1] writes JSON lines with the fields of the logger and of the line', () => {
    const { lines, log } = capture('info', false);
    log.child({ module: 'auth' }).warn({ clientId: 'alice', status: 401 }, 'refused');
    log.debug({}, 'not shown');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 40,
      module: 'auth',
      clientId: 'alice',
      status: 401,
      msg: 'refused',
    });
  });

  it('[HO28] keeps what is said from info on to be looked at, without secrets, whatever is written', () => {
    const lines: string[] = [];
    const recent = new RecentLog();
    const log = createLogger({ level: 'error', readable: false, write: (line) => lines.push(line), recent });
    log.debug({}, 'not kept');
    log.info({}, `found ${KEY}`);
    log.error({}, 'failed');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['failed']);
    expect(recent.read(0).lines.map(({ text }) => text)).toEqual(['found whub_a1b2c3_[redacted]', 'failed']);
  });

  it('[HO1] writes one readable line each for people', () => {
    const { lines, log } = capture('trace', true);
    log.error({ module: 'host', error: new Error('boom'), port: 1 }, 'it failed');
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d error \[host] it failed \(port=1, error=boom\)\n$/)]);
  });

  it.each([false, true])('[HO2] never lets a key, a link token or a bearer header out (readable: %s)', (readable) => {
    const { lines, log } = capture('trace', readable);
    log.info(
      { reason: `key ${KEY}`, error: new Error(`Bearer ${KEY} at http://127.0.0.1/console/?token=abc-DEF_1`) },
      `found ${KEY}`,
    );
    expect(lines.join('')).not.toContain('x'.repeat(43));
    expect(lines.join('')).not.toContain('abc-DEF_1');
    expect(lines.join('')).toContain('whub_a1b2c3_[redacted]');
  });
});

describe('redact', () => {
  it('[HO2] takes out tokens of logins, wherever they stand', () => {
    expect(redact('{"token":"eyJhbGciOi.eyJzdWIi.Zm9v-_1"}')).toBe('{"token":"[redacted]"}');
  });

  it('[HO2] leaves everything else as it is', () => {
    expect(redact('whub_short and a token of thanks')).toBe('whub_short and a token of thanks');
  });
});
