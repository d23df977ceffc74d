import { join } from 'node:path';
import { z } from 'zod';
import { JsonFile } from './json-file.ts';

export const UPDATE_MODES = ['off', 'notify', 'automatic'] as const;
export type UpdateMode = (typeof UPDATE_MODES)[number];

const settingsSchema = z.object({
  /** Closing the last window leaves the hub running; it is stopped by Quit. */
  keepHubOnClose: z.boolean().default(true),
  updates: z.enum(UPDATE_MODES).default('notify'),
  /** Whether the user was told once that the hub goes on without a window. */
  toldAboutKeeping: z.boolean().default(false),
});

/** What is chosen about the app itself, kept in its own folder; the hub's settings are in whub.config.json. */
export function openDesktopSettings(userData: string): JsonFile<typeof settingsSchema> {
  return new JsonFile(join(userData, 'desktop-settings.json'), settingsSchema);
}
