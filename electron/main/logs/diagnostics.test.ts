import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diagnosticsText } from './diagnostics.ts';

it('[DS21] diagnostics hold the facts and the end of each log, no secret and no name of the user', () => {
  const logDir = mkdtempSync(join(tmpdir(), 'whub-diagnostics-'));
  const key = `whub_abc_${'k'.repeat(43)}`;
  writeFileSync(join(logDir, 'hub.log'), `old\n${'x'.repeat(9_000)}\nthe end ${homedir()}/data ${key}\n`);
  const text = diagnosticsText({ facts: { app: '1.0.0', hub: 'crashed' }, logDir });
  rmSync(logDir, { recursive: true });
  expect(text.split('\n').slice(0, 4)).toEqual(['app: 1.0.0', 'hub: crashed', '', '--- hub.log']);
  expect(text).toContain('the end ~/data whub_abc_[redacted]');
  expect(text).not.toContain('old');
  expect(text).not.toContain(homedir());
});
