import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import * as channels from './channels.ts';
import { pump } from './pump.ts';
import type { WindowPort } from './pump.ts';
import { mayHavePorts } from './sender-policy.ts';

/** As Electron's MessagePortMain behaves: messages come wrapped, and only after start(). */
class WindowEnd extends EventEmitter implements WindowPort {
  readonly sent: unknown[] = [];
  started = false;
  closed = 0;

  postMessage(message: unknown): void {
    this.sent.push(message);
    this.emit('sent');
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.closed += 1;
    this.emit('close');
  }
}

describe('pump()', () => {
  it('[EL9] pump() passes messages on in both directions', async () => {
    const windowEnd = new WindowEnd();
    const { port1, port2 } = new MessageChannel();
    using _pump = pump(windowEnd, port1);
    expect(windowEnd.started).toBe(true);

    const arrived = once(port2, 'message');
    windowEnd.emit('message', { data: 'to the thread' });
    expect(await arrived).toEqual(['to the thread']);

    const sent = once(windowEnd, 'sent');
    port2.postMessage(Uint8Array.of(1, 2));
    await sent;
    expect(windowEnd.sent).toEqual([Uint8Array.of(1, 2)]);
  });

  it('[EL9] pump() closes the thread’s port when the window’s closes', async () => {
    const windowEnd = new WindowEnd();
    const { port1, port2 } = new MessageChannel();
    pump(windowEnd, port1);
    const closed = once(port2, 'close');
    windowEnd.emit('close');
    await closed;
    expect(() => windowEnd.emit('message', { data: 'too late' })).not.toThrow();
  });

  it('[EL9] pump() closes the window’s port once when the thread’s closes', async () => {
    const windowEnd = new WindowEnd();
    const { port1, port2 } = new MessageChannel();
    const running = pump(windowEnd, port1);
    const closed = once(windowEnd, 'close');
    port2.close();
    await closed;
    running[Symbol.dispose]();
    expect(windowEnd.closed).toBe(1);
  });
});

describe('mayHavePorts()', () => {
  it('[EL10] mayHavePorts() accepts the console in a main frame only', () => {
    expect(mayHavePorts({ url: 'app://console/', isMainFrame: true })).toBe(true);
    expect(mayHavePorts({ url: 'app://console/', isMainFrame: false })).toBe(false);
    expect(mayHavePorts({ url: 'https://example.com/', isMainFrame: true })).toBe(false);
    expect(mayHavePorts({ url: null, isMainFrame: false })).toBe(false);
  });
});

it('[EL11] the preload uses the channels of the main process and exposes one function', () => {
  const preload = readFileSync(new URL('../../preload/index.ts', import.meta.url), 'utf8');
  const named = Object.values(channels);
  expect(named).toHaveLength(4);
  for (const channel of named) expect(preload).toContain(`'${channel}'`);
  expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1);
  expect(preload).not.toContain("exposeInMainWorld('ipcRenderer'");
});
