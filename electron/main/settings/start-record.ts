import { join } from 'node:path';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

/** After so many starts in a row that never came up, the next one asks how to start. */
const FAILED_STARTS = 2;

const recordSchema = z.object({
  /** Starts since the last that came up. */
  failedStarts: z.int().min(0).default(0),
  /** Set while the app runs. */
  running: z.boolean().default(false),
});

/** What is known about the starts before this one. */
export interface StartRecord {
  /** The app was killed or crashed: it never said goodbye. */
  readonly endedBadly: boolean;
  /** Two starts in a row did not come up. */
  readonly needsSafeStart: boolean;
  /** The window and the hub are there. */
  cameUp(): void;
  /** The app ends as it should. */
  ended(): void;
}

/** Counts this start as failed until it came up. */
export function recordStart(userData: string): StartRecord {
  const file = new JsonFile(join(userData, 'start-record.json'), recordSchema);
  const before = file.value;
  file.set({ failedStarts: before.failedStarts + 1, running: true });
  return {
    endedBadly: before.running,
    needsSafeStart: before.failedStarts >= FAILED_STARTS,
    cameUp: () => file.set({ failedStarts: 0 }),
    ended: () => file.set({ failedStarts: 0, running: false }),
  };
}
