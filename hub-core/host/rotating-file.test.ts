import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';
import { RotatingFile } from './rotating-file.ts';

describe('RotatingFile', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'whub-log-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('[DS10] write() begins a new file when one is full, and keeps so many', () => {
    using file = new RotatingFile({ path: join(folder, 'logs/x.log'), maxBytes: 10, keep: 3 });
    for (const line of ['first-\n', 'second\n', 'third-\n', 'fourth\n']) file.write(line);
    const logs = join(folder, 'logs');
    expect(Object.fromEntries(readdirSync(logs).map((name) => [name, readFileSync(join(logs, name), 'utf8')]))).toEqual(
      {
        'x.log': 'fourth\n',
        'x.log.1': 'third-\n',
        'x.log.2': 'second\n',
      },
    );
    if (process.platform !== 'win32') expect(statSync(join(logs, 'x.log')).mode & 0o777).toBe(0o600);
  });

  it('[DS10] write() goes on where the last process stopped', () => {
    const path = join(folder, 'x.log');
    {
      using file = new RotatingFile({ path, maxBytes: 10 });
      file.write('12345678');
    }
    using file = new RotatingFile({ path, maxBytes: 10 });
    file.write('9');
    file.write('too long');
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.1`, 'utf8')]).toEqual(['too long', '123456789']);
  });

  it('[DS10] write() leaves out what cannot be written', () => {
    using file = new RotatingFile({ path: join(folder, 'missing\0name') });
    expect(() => file.write('lost')).not.toThrow();
  });

  it('[DS10] a secret in a log line does not get into the file', () => {
    const path = join(folder, 'x.log');
    using file = new RotatingFile({ path });
    const log = createLogger({ level: 'info', readable: false, write: (line) => file.write(line) });
    const key = `whub_abc_${'k'.repeat(43)}`;
    log.info({}, `refused ${key} at http://127.0.0.1/console/?token=secret`);
    expect(readFileSync(path, 'utf8')).not.toMatch(/k{43}|token=secret/);
    expect(readFileSync(path, 'utf8')).toContain('whub_abc_[redacted]');
  });
});
