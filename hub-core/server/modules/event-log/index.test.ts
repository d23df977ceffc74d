import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createEventLog } from './index.ts';
import type { HubEvent } from './hub-event.ts';

describe('createEventLog', () => {
  it('[ME3] keeps the newest events and gives them newest first, with their time', () => {
    const clock = new FakeClock();
    const log = createEventLog({ clock, capacity: 3 });
    const told: HubEvent[] = [];
    using _telling = log.onDidAppend.subscribe((event) => told.push(event));
    const atMs: number[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      clock.advance(1);
      atMs.push(clock.wallMs());
      log.append({ kind: 'hub', level: 'info', text });
      expect(log.list(1).map((event) => event.text)).toEqual([text]);
    }
    expect(log.list(10).map((event) => event.text)).toEqual(['e', 'd', 'c']);
    expect(log.list(2).map((event) => event.text)).toEqual(['e', 'd']);
    expect(told.map((event) => event.atMs)).toEqual(atMs);
  });

  it('[ME3] is empty at first', () => {
    expect(createEventLog({ clock: new FakeClock() }).list(10)).toEqual([]);
  });
});
