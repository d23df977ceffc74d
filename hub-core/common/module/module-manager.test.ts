import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { silentLogger, type LogFields, type Logger } from '../log/logger.ts';
import type { Module, ModuleState } from './module.ts';
import { ModuleManager } from './module-manager.ts';

const never = new AbortController().signal;

interface Scene {
  readonly clock: FakeClock;
  readonly manager: ModuleManager;
  /** What was called, in order. */
  readonly calls: string[];
  readonly lines: (readonly [string, LogFields])[];
  /** Errors that were logged: module and text. */
  readonly errors: string[];
  readonly add: (name: string, overrides?: Partial<Module>) => void;
  readonly states: () => Readonly<Record<string, ModuleState>>;
}

function scene(drainTimeoutMs = 1_000): Scene {
  const clock = new FakeClock();
  const calls: string[] = [];
  const lines: (readonly [string, LogFields])[] = [];
  const errors: string[] = [];
  const log: Logger = {
    ...silentLogger,
    info: (fields, text) => void lines.push([text, fields]),
    error: ({ module }, text) => void errors.push(`${String(module)}: ${text}`),
  };
  const manager = new ModuleManager({ clock, log, drainTimeoutMs });
  return {
    clock,
    manager,
    calls,
    lines,
    errors,
    add(name, overrides = {}) {
      const noting =
        (what: string, work: (() => Promise<void>) | undefined): (() => Promise<void>) =>
        async () => {
          calls.push(`${what} ${name}`);
          await work?.();
        };
      manager.add({
        name,
        dependsOn: overrides.dependsOn ?? [],
        start: noting(
          'start',
          overrides.start === undefined ? undefined : () => overrides.start?.(never) ?? Promise.resolve(),
        ),
        drain: overrides.drain ?? noting('drain', undefined),
        stop: noting('stop', overrides.stop),
        health: overrides.health ?? (() => ({ state: 'serving' })),
        ...(overrides.limits === undefined ? {} : { limits: overrides.limits }),
      });
    },
    states: () => Object.fromEntries(manager.status().map(({ name, state }) => [name, state])),
  };
}

const failing = (text: string) => async (): Promise<never> => {
  throw new Error(text);
};

describe('ModuleManager.start()', () => {
  it('[MO3] starts in the order of dependencies', async () => {
    const { manager, add, calls, states } = scene();
    add('listener', { dependsOn: ['services'] });
    add('services', { dependsOn: ['storage'] });
    add('storage');
    await manager.start(never);
    expect(calls).toEqual(['start storage', 'start services', 'start listener']);
    expect(states()).toEqual({ storage: 'running', services: 'running', listener: 'running' });
  });

  it('[MO3] a cycle or a missing name throws before anything starts', async () => {
    const { manager, add, calls } = scene();
    add('a');
    add('b', { dependsOn: ['c'] });
    await expect(manager.start(never)).rejects.toThrow('Cannot start "b": it depends on "c"');
    expect(calls).toEqual([]);
    await manager.stop();
  });

  it('[MO4] when one fails, those started are stopped, last first, and the cause is thrown', async () => {
    const { manager, add, calls, states } = scene();
    add('a');
    add('b');
    add('c', { start: failing('port taken') });
    add('d');
    await expect(manager.start(never)).rejects.toThrow('port taken');
    expect(calls).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a']);
    expect(states()).toEqual({ a: 'stopped', b: 'stopped', c: 'failed', d: 'created' });
    await manager.stop();
    expect(calls).toHaveLength(5);
  });

  it('[MO4] when stopping them fails too, everything is told', async () => {
    const { manager, add } = scene();
    add('a', { stop: failing('stuck') });
    add('b', { start: failing('port taken') });
    const failure: unknown = await manager.start(never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({
      errors: [new Error('port taken'), new Error('stuck')],
      cause: new Error('port taken'),
    });
  });

  it('[MO4] an aborted start stops what runs and rethrows the reason', async () => {
    const { manager, add, calls } = scene();
    const caller = new AbortController();
    add('a', { start: async () => caller.abort(new Error('changed my mind')) });
    add('b');
    await expect(manager.start(caller.signal)).rejects.toThrow('changed my mind');
    expect(calls).toEqual(['start a', 'stop a']);
  });

  it('[MO7] a manager is used once', async () => {
    const { manager, add } = scene();
    add('a');
    await manager.start(never);
    await expect(manager.start(never)).rejects.toThrow(TypeError);
    expect(() => add('late')).toThrow('Cannot add module "late"');
    await manager.stop();
    const unused = scene().manager;
    await unused.stop();
    await expect(unused.start(never)).rejects.toThrow('they are stopped');
  });
});

describe('ModuleManager.drain()', () => {
  it('[MO5] drains what nothing depends on first, once', async () => {
    const { manager, add, calls, states } = scene();
    add('storage');
    add('services', { dependsOn: ['storage'] });
    add('listener', { dependsOn: ['services'] });
    await manager.start(never);
    calls.length = 0;
    await Promise.all([manager.drain(), manager.drain()]);
    expect(calls).toEqual(['drain listener', 'drain services', 'drain storage']);
    expect(states()).toEqual({ storage: 'draining', services: 'draining', listener: 'draining' });
  });

  it('[MO5] is over after drainTimeoutMs, whatever the modules do', async () => {
    const { manager, add, clock, calls } = scene(1_000);
    const aborted: string[] = [];
    add('polite', {
      drain: async (signal) => {
        if (signal.aborted) aborted.push('polite');
      },
    });
    add('deaf', { drain: () => new Promise(() => {}) });
    await manager.start(never);
    const drained = manager.drain().then(() => calls.push('drained'));
    await clock.advanceAsync(999);
    expect(calls).not.toContain('drained');
    await clock.advanceAsync(1);
    await drained;
    expect({ aborted, timers: clock.pendingTimers }).toEqual({ aborted: ['polite'], timers: 0 });
  });

  it('[MO5] a module that fails to drain does not keep the others from it', async () => {
    const { manager, add, calls, states } = scene();
    add('a');
    add('b', { drain: failing('no') });
    await manager.start(never);
    await manager.drain();
    expect(calls).toContain('drain a');
    expect(states()).toEqual({ a: 'draining', b: 'draining' });
    await manager.stop();
    expect(states()).toEqual({ a: 'stopped', b: 'stopped' });
  });

  it('[MO5] before the start there is nothing to drain', async () => {
    const { manager, add, calls } = scene();
    add('a');
    await manager.drain();
    expect(calls).toEqual([]);
  });
});

describe('ModuleManager.stop()', () => {
  it('[MO6] stops in reverse, once, whether drained or not', async () => {
    const { manager, add, calls } = scene();
    add('a');
    add('b', { dependsOn: ['a'] });
    await manager.start(never);
    await Promise.all([manager.stop(), manager.stop()]);
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('[MO6] one that fails does not keep the others running', async () => {
    const { manager, add, calls, states } = scene();
    add('a');
    add('b', { stop: failing('stuck') });
    await manager.start(never);
    await expect(manager.stop()).rejects.toThrow(AggregateError);
    expect(calls.at(-1)).toBe('stop a');
    expect(states()).toEqual({ a: 'stopped', b: 'failed' });
  });

  it('[MO6] ends a start that still runs', async () => {
    const { manager, calls } = scene();
    const gate = Promise.withResolvers<void>();
    manager.add({
      name: 'slow',
      dependsOn: [],
      start: (signal) => {
        signal.addEventListener('abort', () => gate.reject(signal.reason), { once: true });
        return gate.promise;
      },
      drain: async () => {},
      stop: async () => void calls.push('stop slow'),
      health: () => ({ state: 'serving' }),
    });
    const started = manager.start(never);
    await manager.stop();
    await expect(started).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toEqual([]);
  });
});

describe('ModuleManager.status()', () => {
  it('[MO8] shows each module’s own health while it runs, and that it does not serve otherwise', async () => {
    const { manager, add } = scene();
    add('a', { health: () => ({ state: 'degraded', detail: 'slow disk' }) });
    const before = manager.status();
    await manager.start(never);
    const running = manager.status();
    await manager.drain();
    const draining = manager.status();
    await manager.stop();
    const base = { name: 'a', dependsOn: [] };
    expect([before, running, draining, manager.status()]).toEqual([
      [{ ...base, state: 'created', health: { state: 'not-serving', detail: 'created' } }],
      [{ ...base, state: 'running', health: { state: 'degraded', detail: 'slow disk' } }],
      [{ ...base, state: 'draining', health: { state: 'not-serving', detail: 'slow disk' } }],
      [{ ...base, state: 'stopped', health: { state: 'not-serving', detail: 'stopped' } }],
    ]);
  });

  it('[MO10] limits() are those of the modules that run; one that throws has none, and its error is logged', async () => {
    const { manager, add, errors } = scene();
    const limit = { name: 'rows', help: 'Rows', unit: 'requests', used: 1, limit: 2 } as const;
    add('a', { limits: () => [limit] });
    add('b', {
      limits: () => {
        throw new Error('no idea');
      },
    });
    add('c');
    const before = manager.limits();
    await manager.start(never);
    const running = manager.limits();
    await manager.stop();
    expect([before, running, manager.limits(), errors]).toEqual([
      [],
      [limit],
      [],
      ['b: a module could not tell its limits'],
    ]);
  });

  it('[MO9] every transition is logged with its duration', async () => {
    const { manager, add, lines, clock } = scene();
    add('a', { start: async () => clock.advance(25) });
    await manager.start(never);
    await manager.drain();
    await manager.stop();
    expect(lines).toEqual([
      ['module starting: done', { module: 'a', durationMs: 25 }],
      ['module draining: done', { module: 'a', durationMs: 0 }],
      ['module stopping: done', { module: 'a', durationMs: 0 }],
    ]);
  });
});
