import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.ts';
import { holdQuitUntilStopped } from './quit-gate.ts';

class App extends EventEmitter {
  ended = false;

  quit(): void {
    let held = false;
    this.emit('before-quit', { preventDefault: () => (held = true) });
    this.ended = !held;
  }
}

describe('holdQuitUntilStopped()', () => {
  it('[EL12] quitting waits until the hub has drained and stopped, however often it is asked for', async () => {
    const app = new App();
    const stopped = Promise.withResolvers<void>();
    let stops = 0;
    holdQuitUntilStopped(
      app,
      () => {
        stops += 1;
        return stopped.promise;
      },
      () => undefined,
    );
    app.quit();
    app.quit();
    expect({ ended: app.ended, stops }).toEqual({ ended: false, stops: 1 });
    stopped.resolve();
    await expect.poll(() => app.ended).toBe(true);
  });

  it('[EL12] a hub that cannot stop is reported and does not keep the app open', async () => {
    const app = new App();
    const failure = new Error('stuck');
    const reported: unknown[] = [];
    holdQuitUntilStopped(
      app,
      () => Promise.reject(failure),
      (error) => reported.push(error),
    );
    app.quit();
    await expect.poll(() => app.ended).toBe(true);
    expect(reported).toEqual([failure]);
  });
});

describe('parseFlags()', () => {
  it('[EL13] parseFlags() reads the flags of `whub serve` and leaves Chromium’s alone', () => {
    expect(
      parseFlags(['--port', '0', '--data=/tmp/x', '--no-sandbox', '--host', '::1', '--remote-debugging-port=9']),
    ).toEqual({
      host: '::1',
      port: 0,
      dataDir: '/tmp/x',
    });
    expect(parseFlags([])).toEqual({ host: undefined, port: undefined, dataDir: undefined });
  });

  it.each(['65536', '-1', 'x', '1.5', ''])('[EL13] parseFlags() refuses the port %j', (port) => {
    expect(() => parseFlags([`--port=${port}`])).toThrow(
      `Cannot use the port "${port}": give a number from 0 to 65535`,
    );
  });
});
