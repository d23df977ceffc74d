import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { STATUS_OF, isErrorName } from '../hub-core/common/errors/status.ts';
import { ROOT } from './support/project.mjs';

it('[GD6] docs/errors.md has one row for every error, with its code and status', () => {
  const rows = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(
    /^\| `(\w+_ERR)` *\| `(WHUB_\w+)` *\| (\d{3}) +\|(.*)\|$/gm,
  );
  const documented = new Map(
    [...rows].map(([, name = '', code, status, rest = '']) => [name, { code, status: Number(status), rest }]),
  );
  expect([...documented.keys()].toSorted()).toEqual(Object.keys(STATUS_OF).toSorted());
  for (const [name, { code, status, rest }] of documented) {
    expect(code).toBe(`WHUB_${name.replace(/_ERR$/, '')}`);
    expect(isErrorName(name) ? STATUS_OF[name] : undefined).toBe(status);
    const [closeCode = '', when = '', advice = ''] = rest.split('|').map((cell) => cell.trim());
    expect(['', String(4000 + status)]).toContain(closeCode);
    expect(when, name).not.toBe('');
    expect(advice, name).not.toBe('');
  }
});
