import type { Clock } from '../../../common/base/clock.ts';
import { Emitter, type Event } from '../../../common/base/emitter.ts';
import type { HubEvent } from './hub-event.ts';

/** Events kept; older ones are forgotten. */
const CAPACITY = 1_000;

/** What happened lately, for people. */
export interface EventLog {
  readonly onDidAppend: Event<HubEvent>;
  append(event: Omit<HubEvent, 'atMs'>): void;
  /** Newest first. */
  list(limit: number): readonly HubEvent[];
}

export function createEventLog(deps: { readonly clock: Clock; readonly capacity?: number }): EventLog {
  const capacity = deps.capacity ?? CAPACITY;
  const appended = new Emitter<HubEvent>();
  const ring: HubEvent[] = [];
  let next = 0;
  return {
    onDidAppend: appended.event,
    append(event) {
      const entry = { ...event, atMs: deps.clock.wallMs() };
      ring[next] = entry;
      next = (next + 1) % capacity;
      appended.emit(entry);
    },
    // Before the ring is full, `next` is its length, so the slice before it is everything.
    list: (limit) => [...ring.slice(next), ...ring.slice(0, next)].toReversed().slice(0, limit),
  };
}
