import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import { systemClock } from '../../../hub-core/common/base/clock.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import { whyNoUpdates } from '../updates/update-plan.ts';
import { Updater } from '../updates/updater.ts';

/** What the release build writes into the packed package.json. */
const buildSchema = z.object({ whubBuild: z.object({ signed: z.boolean() }).default({ signed: false }) });

function isSigned(): boolean {
  const manifest: unknown = JSON.parse(readFileSync(join(app.getAppPath(), 'package.json'), 'utf8'));
  return buildSchema.parse(manifest).whubBuild.signed;
}

export interface UpdatesDeps {
  readonly log: Logger;
  readonly onAvailable: (version: string) => void;
  /** Stops what an installer would find running. */
  readonly beforeInstall: () => Promise<void>;
}

export function createUpdater(deps: UpdatesDeps): {
  readonly updater: Updater;
  readonly noUpdates: string | undefined;
} {
  const updater = new Updater({
    ...deps,
    load: async () => (await import('electron-updater')).autoUpdater,
    clock: systemClock,
  });
  const noUpdates = whyNoUpdates({
    isPackaged: app.isPackaged,
    isSigned: isSigned(),
    hasFeed: app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml')),
    platform: process.platform,
    appImage: process.env['APPIMAGE'],
  });
  return { updater, noUpdates };
}
