import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.ts';
import { holdQuitUntilStopped } from './quit-gate.ts';

class App extends EventEmitter {
  ended = false;
  relaunches = 0;

  quit(): void {
    let held = false;
    this.emit('before-quit', { preventDefault: () => (held = true) });
    if (held) return;
    this.emit('will-quit');
    this.ended = true;
  }

  relaunch(): void {
    this.relaunches += 1;
  }
}

describe('holdQuitUntilStopped()', () => {
  it('[EL12] quitting waits until the hub has drained and stopped, however often it is asked for', async () => {
    const app = new App();
    const stopped = Promise.withResolvers<void>();
    let stops = 0;
    holdQuitUntilStopped(app, {
      ask: () => Promise.resolve(true),
      stop: () => {
        stops += 1;
        return stopped.promise;
      },
      report: () => undefined,
    });
    app.quit();
    app.quit();
    await expect.poll(() => stops).toBe(1);
    expect(app.ended).toBe(false);
    stopped.resolve();
    await expect.poll(() => app.ended).toBe(true);
  });

  it('[EL12] a hub that cannot stop is reported and does not keep the app open', async () => {
    const app = new App();
    const failure = new Error('stuck');
    const reported: unknown[] = [];
    holdQuitUntilStopped(app, {
      ask: () => Promise.resolve(true),
      stop: () => Promise.reject(failure),
      report: (error) => reported.push(error),
    });
    app.quit();
    await expect.poll(() => app.ended).toBe(true);
    expect(reported).toEqual([failure]);
  });
});

describe('asking before quitting', () => {
  it('[DS20] whoever says no goes on working, and is asked again the next time', async () => {
    const app = new App();
    const answers = [false, true];
    let stops = 0;
    holdQuitUntilStopped(app, {
      ask: () => Promise.resolve(answers.shift() ?? false),
      stop: () => {
        stops += 1;
        return Promise.resolve();
      },
      report: () => undefined,
    });
    app.quit();
    await expect.poll(() => answers).toEqual([true]);
    expect({ ended: app.ended, stops }).toEqual({ ended: false, stops: 0 });
    app.quit();
    await expect.poll(() => app.ended).toBe(true);
    expect(stops).toBe(1);
  });
});

describe('HeldQuit.restart()', () => {
  it('[DS20] starts the app anew when the user agrees to quit, and not when a later, plain quit is agreed to', async () => {
    const app = new App();
    const answers = [false, true];
    const quit = holdQuitUntilStopped(app, {
      ask: () => Promise.resolve(answers.shift() ?? false),
      stop: () => Promise.resolve(),
      report: () => undefined,
    });
    quit.restart();
    await expect.poll(() => answers).toEqual([true]);
    app.quit();
    await expect.poll(() => app.ended).toBe(true);
    expect(app.relaunches).toBe(0);

    const other = new App();
    holdQuitUntilStopped(other, {
      ask: () => Promise.resolve(true),
      stop: () => Promise.resolve(),
      report: () => undefined,
    }).restart();
    await expect.poll(() => other.ended).toBe(true);
    expect(other.relaunches).toBe(1);
  });
});

describe('parseFlags()', () => {
  it('[EL13] parseFlags() reads the flags of `whub serve` and leaves Chromium’s alone', () => {
    expect(
      parseFlags(['--port', '0', '--data=/tmp/x', '--no-sandbox', '--host', '::1', '--remote-debugging-port=9']),
    ).toEqual({ host: '::1', port: 0, dataDir: '/tmp/x', hidden: false, selftest: false, opened: [] });
    expect(parseFlags([])).toEqual({
      host: undefined,
      port: undefined,
      dataDir: undefined,
      hidden: false,
      selftest: false,
      opened: [],
    });
  });

  it('[DS15] parseFlags() finds what the system hands over to be opened: links and workspaces', () => {
    expect(
      parseFlags(['--hidden', 'whub://open?page=services', '/home/me/a.whub', 'other', '--x=y.whub']),
    ).toMatchObject({ hidden: true, opened: ['whub://open?page=services', '/home/me/a.whub'] });
  });

  it.each(['65536', '-1', 'x', '1.5', ''])('[EL13] parseFlags() refuses the port %j', (port) => {
    expect(() => parseFlags([`--port=${port}`])).toThrow(
      `Cannot use the port "${port}": give a number from 0 to 65535`,
    );
  });
});
