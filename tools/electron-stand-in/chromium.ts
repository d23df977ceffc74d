import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright';
import { installedBrowser } from '../support/browser.mjs';

export interface Chromium {
  readonly context: BrowserContext;
  /** Where a test attaches to the same browser. */
  readonly endpoint: string;
}

let started: Promise<Chromium> | undefined;

async function start(userData: string): Promise<Chromium> {
  const profile = join(userData, 'Chromium');
  const portFile = join(profile, 'DevToolsActivePort');
  // What an ended browser left would be read as this one's.
  rmSync(portFile, { force: true });
  // An app that was killed leaves its browser's lock behind.
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie'])
    rmSync(join(profile, name), { force: true });
  const executablePath = await installedBrowser();
  const isRoot = process.getuid?.() === 0;
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    acceptDownloads: true,
    args: [
      '--remote-debugging-port=0',
      '--disable-background-networking',
      '--disable-component-update',
      // Electron's pages hear of a port that was closed at its other end; Chromium's only with this.
      '--enable-blink-features=MessagePortCloseEvent',
      // Chromium refuses its sandbox as root.
      ...(isRoot ? ['--no-sandbox'] : []),
    ],
  });
  if (!existsSync(portFile)) throw new Error(`Cannot find the browser's port: there is no "${portFile}"`);
  const [port = ''] = readFileSync(portFile, 'utf8').split('\n');
  return { context, endpoint: `http://127.0.0.1:${port}` };
}

/** The one browser of this app, started when the first window needs it. */
export function startChromium(userData: string): Promise<Chromium> {
  started ??= start(userData);
  return started;
}

/** Where a test attaches, once there is a window. */
export async function chromiumEndpoint(): Promise<string | undefined> {
  return (await started)?.endpoint;
}

export async function closeChromium(): Promise<void> {
  const running = await started?.catch(() => undefined);
  await running?.context.close();
}
