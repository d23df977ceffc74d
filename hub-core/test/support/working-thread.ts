/** A thread that works as it is told: for what tells a loop from work. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { systemClock } from '../../common/base/clock.ts';
import { pulsingClock, type Pulse } from '../../host/pulse.ts';
import { threadInit } from '../../host/thread-init.ts';

export type Work =
  | { readonly type: 'ping' }
  | { readonly type: 'loop' }
  /** That many steps, each of which burns that much processor time. */
  | { readonly type: 'steps'; readonly steps: number; readonly cpuMs: number }
  /** One step that burns until it is told, and that much processor time more. */
  | { readonly type: 'overtime'; readonly told: Int32Array; readonly cpuMs: number }
  /** One step that asks for the time every now and then. */
  | { readonly type: 'beats'; readonly cpuMs: number }
  /** One statement, of that many rows. */
  | { readonly type: 'statement'; readonly rows: number }
  /** That many collections of that many objects, one a step. */
  | { readonly type: 'collections'; readonly count: number; readonly objects: number };

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

function burn(forMs: number, each: () => void = () => {}): void {
  for (const endsMs = cpuMs() + forMs; cpuMs() < endsMs;) each();
}

function inSteps(steps: number, step: () => void): void {
  if (steps === 0) {
    say('done');
    return;
  }
  step();
  say('step');
  setImmediate(() => inSteps(steps - 1, step));
}

function execute(rows: number): void {
  const database = new Database(':memory:');
  const numbers = 'WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)';
  database.prepare(`${numbers} SELECT max(n) FROM numbers`).get(rows);
  database.close();
}

function collector(objects: number): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = Array.from({ length: objects }, (_, at) => ({ at, text: [String(at)] }));
  return () => {
    if (kept.length === objects) collect();
  };
}

function work(command: Work): void {
  switch (command.type) {
    case 'ping':
      say('pong');
      return;
    case 'loop':
      for (;;);
    case 'steps':
      inSteps(command.steps, () => burn(command.cpuMs));
      return;
    case 'overtime':
      inSteps(1, () => {
        while (Atomics.load(command.told, 0) === 0);
        burn(command.cpuMs);
      });
      return;
    case 'beats':
      burn(command.cpuMs, () => clock.nowMs());
      say('done');
      return;
    case 'statement':
      execute(command.rows);
      say('done');
      return;
    case 'collections':
      inSteps(command.count, collector(command.objects));
  }
}

const say = (type: string): void => parentPort?.postMessage({ type }, []);
const { pulse } = await threadInit<{ readonly pulse: Pulse }>();
const clock = pulsingClock(systemClock, pulse);
parentPort?.on('message', work);
say('ready');
