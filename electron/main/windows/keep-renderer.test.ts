import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { keepRenderer } from './keep-renderer.ts';

it('[DS22] a page whose process died is loaded again, three times a minute and no more', () => {
  let now = 0;
  let reloads = 0;
  const told: boolean[] = [];
  const contents = Object.assign(new EventEmitter(), { reload: () => (reloads += 1) });
  keepRenderer(contents, { nowMs: () => now, onGone: (_reason, comesBack) => told.push(comesBack) });
  const die = (reason: string): boolean => contents.emit('render-process-gone', {}, { reason });
  die('clean-exit');
  expect(reloads).toBe(0);
  for (let time = 0; time < 4; time += 1) die('crashed');
  expect({ reloads, told }).toEqual({ reloads: 3, told: [true, true, true, false] });
  now = 61_000;
  die('oom');
  expect(reloads).toBe(4);
});
