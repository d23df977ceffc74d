import { describe, expect, it } from 'vitest';
import type { Module } from '../../common/module/module.ts';
import type { FakeClock } from '../support/fake-clock.ts';

/** A module that was made and not started, and what it stands on, which runs. */
export interface ModuleStage extends AsyncDisposable {
  readonly module: Module;
  /** The clock that the module was given. */
  readonly clock: FakeClock;
}

const never = new AbortController().signal;
const aborted = AbortSignal.abort(new Error('changed my mind'));

/** What holds for every module of the hub, whatever it does. */
export function moduleContract(name: string, createStage: () => Promise<ModuleStage>): void {
  describe(`${name}: Module contract`, () => {
    it('[MO1] making one starts nothing', async () => {
      await using stage = await createStage();
      expect(stage.clock.pendingTimers).toBe(0);
      expect(stage.module.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(stage.module.dependsOn).not.toContain(stage.module.name);
    });

    it('[MO2] start() resolves when it serves', async () => {
      await using stage = await createStage();
      await stage.module.start(never);
      expect(stage.module.health().state).toBe('serving');
      await stage.module.stop();
    });

    it('[MO2] an aborted start() fails with the reason and leaves nothing behind', async () => {
      await using stage = await createStage();
      const start = async (): Promise<void> => stage.module.start(aborted);
      await expect(start()).rejects.toThrow('changed my mind');
      expect(stage.clock.pendingTimers).toBe(0);
    });

    it('[MO5] drain() is idempotent and ends at once when its time is over', async () => {
      await using stage = await createStage();
      await stage.module.start(never);
      await expect(stage.module.drain(AbortSignal.abort())).resolves.toBeUndefined();
      await expect(stage.module.drain(AbortSignal.abort())).resolves.toBeUndefined();
      await stage.module.stop();
    });

    it('[MO6] stop() needs no drain, is idempotent, and leaves no timer', async () => {
      await using stage = await createStage();
      await stage.module.start(never);
      await stage.module.stop();
      await stage.module.stop();
      expect(stage.clock.pendingTimers).toBe(0);
    });

    it('[MO6] stop() without a start does nothing', async () => {
      await using stage = await createStage();
      await stage.module.stop();
      expect(stage.clock.pendingTimers).toBe(0);
    });

    it('[MO8] health() answers in every state', async () => {
      await using stage = await createStage();
      const states = ['serving', 'degraded', 'not-serving'];
      expect(states).toContain(stage.module.health().state);
      await stage.module.start(never);
      expect(states).toContain(stage.module.health().state);
      await stage.module.drain(AbortSignal.abort());
      expect(states).toContain(stage.module.health().state);
      await stage.module.stop();
      expect(states).toContain(stage.module.health().state);
    });
  });
}
