import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../hub-core/common/base/emitter.ts';
import type { HubHost, HubHostState } from '../../../hub-core/host/hub-host.ts';
import { HubSlot } from './hub-slot.ts';

const READY = { host: '127.0.0.1', port: 1, url: 'ws://127.0.0.1:1/', consoleUrl: '', tlsUrl: undefined };

/** A host whose threads are the test's to move: each console port it hands out answers what it is sent. */
class HostDouble implements HubHost {
  readonly #changed = new Emitter<HubHostState>();
  readonly onDidChangeState = this.#changed.event;
  readonly begun = Promise.withResolvers<typeof READY>();
  readonly log: string[];
  readonly name: string;
  state: HubHostState = { kind: 'stopped' };

  constructor(name: string, log: string[]) {
    this.name = name;
    this.log = log;
  }

  start(): Promise<typeof READY> {
    this.log.push(`start ${this.name}`);
    return this.begun.promise;
  }
  run(): void {
    this.go({ kind: 'running', ready: READY });
    this.begun.resolve(READY);
  }
  go(state: HubHostState): void {
    this.state = state;
    this.#changed.emit(state);
  }
  stop(): Promise<void> {
    this.log.push(`stop ${this.name}`);
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
  connectConsole(root: 'hub' | 'capture'): MessagePort {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', (message) => port2.postMessage(`${this.name} ${root} ${String(message)}`));
    return port1;
  }
  refresh(): Promise<void> {
    return Promise.resolve();
  }
  readBody(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

function scene() {
  const log: string[] = [];
  const hosts: HostDouble[] = [];
  const errors: string[] = [];
  const slot = new HubSlot({
    createHost: () => {
      const host = new HostDouble(String(hosts.length + 1), log);
      hosts.push(host);
      return host;
    },
    report: (error) => errors.push(String(error)),
  });
  return { slot, hosts, log, errors };
}

describe('HubSlot', () => {
  it('[DS25] restart() stops one host and starts another, one after the other', async () => {
    const { slot, hosts, log } = scene();
    const first = slot.start();
    await expect.poll(() => hosts.length).toBe(1);
    hosts[0]?.run();
    await first;
    const second = slot.restart();
    await expect.poll(() => hosts.length).toBe(2);
    hosts[1]?.run();
    await second;
    expect(log).toEqual(['start 1', 'stop 1', 'start 2']);
    expect(slot.state.kind).toBe('running');
    await slot.stop();
    await slot.stop();
    expect([log.at(-1), slot.state.kind, log.length]).toEqual(['stop 2', 'stopped', 4]);
  });

  it('[DS24] a start that fails is a state with its reason, and the next may work', async () => {
    const { slot, hosts, errors } = scene();
    const first = slot.start();
    await expect.poll(() => hosts.length).toBe(1);
    hosts[0]?.go({ kind: 'starting' });
    hosts[0]?.begun.reject(new Error('the port is taken'));
    await first;
    expect(slot.state).toEqual({ kind: 'failed', reason: 'the port is taken' });
    expect(errors).toEqual(['Error: the port is taken']);
    // What the host says afterwards is about a start that is over.
    hosts[0]?.go({ kind: 'stopped' });
    expect(slot.state.kind).toBe('failed');
    const second = slot.start();
    await expect.poll(() => hosts.length).toBe(2);
    hosts[1]?.run();
    await second;
    expect(slot.state.kind).toBe('running');
  });

  it.each([{ kind: 'stopped' }, { kind: 'crashed', thread: 'hub', reason: 'x' }] as const)(
    '[DS18] start() starts another host when the one before ended by itself: $kind',
    async (ended) => {
      const { slot, hosts, log } = scene();
      const first = slot.start();
      await expect.poll(() => hosts.length).toBe(1);
      hosts[0]?.run();
      await first;
      hosts[0]?.go(ended);
      const second = slot.start();
      await expect.poll(() => hosts.length).toBe(2);
      hosts[1]?.run();
      await second;
      expect([log, slot.state.kind]).toEqual([['start 1', 'stop 1', 'start 2'], 'running']);
    },
  );

  it('[DS18] start() leaves a host alone that serves, also without its traffic store', async () => {
    const { slot, hosts, log } = scene();
    const first = slot.start();
    await expect.poll(() => hosts.length).toBe(1);
    hosts[0]?.run();
    await first;
    hosts[0]?.go({ kind: 'crashed', thread: 'capture', reason: 'x' });
    await slot.start();
    expect([log, slot.state.kind]).toEqual([['start 1'], 'crashed']);
  });

  it('[DS25] what a console sends before the hub is there waits for it, and its ports close with it', async () => {
    const { slot, hosts } = scene();
    const port = slot.connectConsole('hub');
    port.postMessage('early');
    const answer = once(port, 'message');
    const started = slot.start();
    await expect.poll(() => hosts.length).toBe(1);
    hosts[0]?.run();
    await started;
    expect(await answer).toEqual(['1 hub early']);
    const closed = once(port, 'close');
    port.close();
    await closed;
  });

  it.each([
    { kind: 'crashed', thread: 'capture', reason: 'x' },
    { kind: 'silent', thread: 'capture' },
  ] as const)('[DS25, HO18] while one thread is away only its consoles wait: %j', async (away) => {
    const { slot, hosts } = scene();
    const started = slot.start();
    await expect.poll(() => hosts.length).toBe(1);
    hosts[0]?.run();
    await started;
    hosts[0]?.go(away);
    const hub = slot.connectConsole('hub');
    const capture = slot.connectConsole('capture');
    const answered: unknown[] = [];
    capture.on('message', (message) => answered.push(message));
    capture.postMessage('rows');
    hub.postMessage('info');
    expect(await once(hub, 'message')).toEqual(['1 hub info']);
    expect(answered).toEqual([]);
    hosts[0]?.go({ kind: 'running', ready: READY });
    await expect.poll(() => answered).toEqual(['1 capture rows']);
    hub.close();
    capture.close();
  });
});
