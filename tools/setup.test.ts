import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkNode, isInstalled } from './setup.mjs';
import { hasDisplay } from './support/desktop.mjs';
import { StepError, run } from './support/steps.mjs';
import { countsOf } from './test.mjs';

describe('checkNode()', () => {
  it.each(['20.0.0', '22.12.0', '24.21.0'])('[SU1] checkNode() accepts Node %s', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  it('[SU1] checkNode() refuses an older Node and says which is needed', () => {
    expect(() => checkNode('18.20.1')).toThrow('Cannot set up with Node 18.20.1: it needs Node 20 or newer');
  });
});

describe('isInstalled()', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whub-setup-'));
    mkdirSync(join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const lock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages });
  const write = (wanted: object, installed: object | undefined): void => {
    writeFileSync(join(folder, 'package-lock.json'), lock({ '': { name: 'whub' }, ...wanted }));
    if (installed !== undefined) writeFileSync(join(folder, 'node_modules/.package-lock.json'), lock(installed));
  };
  const a1 = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-1' } };

  it('[SU2] isInstalled() is true when node_modules holds what the lockfile asks for', () => {
    write(a1, a1);
    expect(isInstalled(folder)).toBe(true);
  });

  it('[SU2] isInstalled() is true without an optional package of another platform', () => {
    write({ ...a1, 'node_modules/b': { version: '1.0.0', optional: true } }, a1);
    expect(isInstalled(folder)).toBe(true);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-1' } }],
    ['a package has other contents', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-2' } }],
    ['a package is left over', { ...a1, 'node_modules/old': { version: '1.0.0' } }],
  ])('[SU2] isInstalled() is false when %s', (_what, installed) => {
    write(a1, installed);
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('hasDisplay()', () => {
  it('[SU3] hasDisplay() looks for X11 or Wayland on Linux and takes one for granted elsewhere', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
    expect(hasDisplay({}, 'win32')).toBe(true);
  });
});

describe('run()', () => {
  it('[SU4] run() gives the output of a command', async () => {
    expect(await run({ args: ['-e', 'console.log("out")'] })).toBe('out\n');
  });

  it('[SU4] run() fails with the output and the code of a command that fails', async () => {
    const failure: unknown = await run({ args: ['-e', 'console.error("why"); process.exit(3)'] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StepError);
    expect(failure).toMatchObject({ output: 'why\n', message: expect.stringContaining('ended with code 3') as string });
  });

  it('[SU4] run() ends a command that takes longer than it may', async () => {
    const failure = run({ args: ['-e', 'setInterval(() => {}, 1000)'], timeoutMs: 300 });
    await expect(failure).rejects.toThrow('ended with SIGTERM');
  });

  it('[SU4] run() fails when the command does not exist', async () => {
    await expect(run({ command: 'no-such-command-of-whub', args: [] })).rejects.toThrow(
      'Cannot start "no-such-command-of-whub"',
    );
  });
});

describe('countsOf()', () => {
  it('[SU5] countsOf() reads a report of vitest; a file that cannot be loaded counts as a failure', () => {
    const testResults = [
      { status: 'passed', assertionResults: [{}] },
      { status: 'failed', assertionResults: [] },
    ];
    expect(
      countsOf({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults }),
    ).toEqual({ passed: 5, failed: 2, skipped: 3 });
  });

  it('[SU5] countsOf() reads a report of Playwright; a test that passes only sometimes has failed', () => {
    const stats = { expected: 7, unexpected: 1, flaky: 1, skipped: 1 };
    expect(countsOf({ stats, errors: [] })).toEqual({ passed: 7, failed: 2, skipped: 1 });
  });
});
