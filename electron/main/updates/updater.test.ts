import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../hub-core/test/support/fake-clock.ts';
import { createLogger } from '../../../hub-core/host/log.ts';
import { Updater } from './updater.ts';
import type { AutoUpdater } from './updater.ts';

/** A feed with one version, as electron-updater shows it. */
class Feed implements AutoUpdater {
  autoDownload = true;
  autoInstallOnAppQuit = true;
  allowDowngrade = true;
  readonly done: string[] = [];
  newest: string | undefined = '2.0.0';

  checkForUpdates() {
    this.done.push(`check download=${String(this.autoDownload)} install=${String(this.autoInstallOnAppQuit)}`);
    if (this.newest === undefined) return Promise.reject(new Error('offline'));
    return Promise.resolve({ isUpdateAvailable: this.newest !== '1.0.0', updateInfo: { version: this.newest } });
  }
  downloadUpdate(): Promise<void> {
    this.done.push('download');
    return Promise.resolve();
  }
  quitAndInstall(): void {
    this.done.push('install');
  }
}

/** One that answers when the test says so, and then fetches what it was told to, as electron-updater does. */
class SlowFeed extends Feed {
  readonly answered = Promise.withResolvers<void>();

  override async checkForUpdates() {
    const found = await super.checkForUpdates();
    await this.answered.promise;
    if (this.autoDownload) await this.downloadUpdate();
    return found;
  }
}

function scene(feed = new Feed()) {
  const clock = new FakeClock();
  const told: string[] = [];
  const logged: string[] = [];
  const updater = new Updater({
    load: () => Promise.resolve(feed),
    clock,
    log: createLogger({ level: 'warn', readable: false, write: (line) => logged.push(line) }),
    onAvailable: (version) => told.push(version),
    beforeInstall: () => {
      feed.done.push('hub stopped');
      return Promise.resolve();
    },
  });
  return { feed, clock, told, logged, updater };
}

describe('Updater', () => {
  it('[DS31] off: nothing is asked of anybody', async () => {
    const { feed, clock, updater } = scene();
    updater.setMode('off');
    clock.advance(86_400_000);
    await Promise.resolve();
    expect(feed.done).toEqual([]);
  });

  it('[DS31] notify: looks at the start and every six hours, says each version once, fetches nothing', async () => {
    const { feed, clock, told, updater } = scene();
    updater.setMode('notify');
    await expect.poll(() => told).toEqual(['2.0.0']);
    clock.advance(6 * 3_600_000);
    await expect.poll(() => feed.done).toEqual(Array.from({ length: 2 }, () => 'check download=false install=false'));
    feed.newest = '2.1.0';
    clock.advance(6 * 3_600_000);
    await expect.poll(() => told).toEqual(['2.0.0', '2.1.0']);
    updater[Symbol.dispose]();
    clock.advance(86_400_000);
    expect(feed.done).toHaveLength(3);
  });

  it('[DS31] automatic: fetches, and installs when the app ends', async () => {
    const { feed, updater } = scene();
    updater.setMode('automatic');
    await expect.poll(() => feed.done).toEqual(['check download=true install=true']);
  });

  it('[DS31] off while the feed is being asked: nothing is fetched, and nothing installed when the app ends', async () => {
    const feed = new SlowFeed();
    const { told, updater } = scene(feed);
    updater.setMode('automatic');
    await expect.poll(() => feed.done).toEqual(['check download=true install=true']);
    updater.setMode('off');
    feed.answered.resolve();
    await expect.poll(() => told).toEqual(['2.0.0']);
    expect([feed.done, feed.autoInstallOnAppQuit]).toEqual([['check download=true install=true'], false]);
  });

  it('[DS31] an older version is never taken', async () => {
    const { feed, updater } = scene();
    await updater.look();
    expect(feed.allowDowngrade).toBe(false);
  });

  it('[DS31] a feed that cannot be reached is written to the log and to nobody else', async () => {
    const { feed, told, logged, updater } = scene();
    feed.newest = undefined;
    updater.setMode('notify');
    await expect.poll(() => logged).toHaveLength(1);
    expect(told).toEqual([]);
    await expect(updater.look()).rejects.toThrow('offline');
  });

  it('[DS31] installing is a step of its own', async () => {
    const { feed, updater } = scene();
    expect(await updater.look()).toBe('2.0.0');
    await updater.install();
    expect(feed.done.slice(1)).toEqual(['download', 'hub stopped', 'install']);
  });
});
