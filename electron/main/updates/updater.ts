import type { Clock } from '../../../hub-core/common/base/clock.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import type { UpdateMode } from '../settings/desktop-settings.ts';
import { updatePlan } from './update-plan.ts';

/** The part of electron-updater's `autoUpdater` that is used. */
export interface AutoUpdater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  allowDowngrade: boolean;
  checkForUpdates(): Promise<{ readonly isUpdateAvailable: boolean; readonly updateInfo: { version: string } } | null>;
  downloadUpdate(): Promise<unknown>;
  quitAndInstall(): void;
}

export interface UpdaterDeps {
  /** Loads electron-updater, which is large and seldom needed. */
  readonly load: () => Promise<AutoUpdater>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAvailable: (version: string) => void;
  /** Called when the update is there and before the app ends for it. */
  readonly beforeInstall: () => Promise<void>;
}

const LOOK_EVERY_MS = 6 * 3_600_000;

/** Looks for newer versions. It never installs by itself while the app runs, and never an older version. */
export class Updater implements Disposable {
  readonly #deps: UpdaterDeps;
  #updater: Promise<AutoUpdater> | undefined;
  #loaded: AutoUpdater | undefined;
  #timer: Disposable | undefined;
  #mode: UpdateMode = 'off';
  #told = '';

  constructor(deps: UpdaterDeps) {
    this.#deps = deps;
  }

  setMode(mode: UpdateMode): void {
    this.#mode = mode;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    // What it has begun is under way: it looks at these when the feed answers, and at the app's end.
    if (this.#loaded !== undefined) this.#adjust(this.#loaded);
    if (!updatePlan(mode).looks) return;
    this.#timer = this.#deps.clock.every(LOOK_EVERY_MS, () => void this.#lookByItself());
    void this.#lookByItself();
  }

  /** @returns the version there is, undefined when this one is the newest. @throws {Error} when nobody can be asked */
  async look(): Promise<string | undefined> {
    const updater = await this.#load();
    this.#adjust(updater);
    const found = await updater.checkForUpdates();
    return found?.isUpdateAvailable === true ? found.updateInfo.version : undefined;
  }

  /** Fetches the update and starts the app anew with it. The caller has asked. */
  async install(): Promise<void> {
    const updater = await this.#load();
    await updater.downloadUpdate();
    await this.#deps.beforeInstall();
    updater.quitAndInstall();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  /** Says what it found once a version; a feed that cannot be reached is no news. */
  async #lookByItself(): Promise<void> {
    try {
      const version = await this.look();
      if (version === undefined || version === this.#told) return;
      this.#told = version;
      this.#deps.onAvailable(version);
    } catch (error) {
      this.#deps.log.warn({ module: 'updates', error }, 'no update could be looked for');
    }
  }

  /** Sets what the mode permits. */
  #adjust(updater: AutoUpdater): void {
    const { downloads } = updatePlan(this.#mode);
    updater.autoDownload = downloads;
    updater.autoInstallOnAppQuit = downloads;
  }

  #load(): Promise<AutoUpdater> {
    this.#updater ??= this.#deps.load().then((updater) => {
      this.#loaded = updater;
      updater.allowDowngrade = false;
      return updater;
    });
    return this.#updater;
  }
}
