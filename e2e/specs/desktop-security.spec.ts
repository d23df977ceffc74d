import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { expect, test } from '../fixtures/desktop.ts';
import type { DesktopApp } from '../fixtures/desktop.ts';
import { DesktopPage } from '../pages/desktop-page.ts';

/** A link is followed and a script runs within that. */
const A_MOMENT_MS = 500;

/** What the app is asked to open outside, from now on. */
async function watchOutside(app: DesktopApp): Promise<() => Promise<string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { openedOutside: opened });
    shell.openExternal = async (url) => void opened.push(url);
  }, undefined);
  return () => app.evaluate(() => (globalThis as unknown as { openedOutside: string[] }).openedOutside, undefined);
}

/** The console as it is when it was just loaded. */
async function fresh(app: DesktopApp): Promise<DesktopPage> {
  const { page } = await DesktopPage.of(app);
  await page.reload();
  return DesktopPage.of(app);
}

test('[DS40] a page has no part of Node, and of the app one function that can do nothing else', async ({
  shared: app,
}) => {
  const { page } = await fresh(app);
  const found = await page.evaluate(() => {
    const names = ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer'];
    const api = Object.getOwnPropertyDescriptor(window, 'whub');
    let changed = true;
    try {
      Object.assign(window, { whub: {} });
      changed = typeof window['whub' as never] !== 'object' || !('requestPorts' in (window['whub' as never] as object));
    } catch {
      changed = false;
    }
    return {
      globals: names.filter((name) => name in window),
      api: Object.entries((api?.value ?? {}) as object).map(([name, value]) => [name, typeof value]),
      writable: api?.writable,
      changed,
    };
  });
  expect(found).toEqual({ globals: [], api: [['requestPorts', 'function']], writable: false, changed: false });
});

test('[EL8] every window got the preferences that isolate it', async ({ shared: app }) => {
  await fresh(app);
  const windows = await app.evaluate(({ BrowserWindow }) => {
    const given = (globalThis as Record<symbol, unknown>)[Symbol.for('stand-in.webPreferences')];
    return BrowserWindow.getAllWindows().map(({ webContents }) => {
      if (given instanceof WeakMap) return given.get(webContents) as object;
      // Of Electron itself, though not of its types.
      return (webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
    });
  }, undefined);
  expect(windows).toHaveLength(1);
  expect(windows[0]).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    spellcheck: false,
  });
});

test('[EL8] there is no way to embed another page, nor another program, in a window', async ({ shared: app }) => {
  const { page } = await fresh(app);
  const shown = await page.evaluate(() => {
    const view = document.createElement('webview');
    document.body.append(view);
    return {
      isPlain: view instanceof HTMLUnknownElement || view.constructor === HTMLElement,
      height: view.offsetHeight,
    };
  });
  expect(shown).toEqual({ isPlain: true, height: 0 });
});

test('[EL2] the app serves files of the console only, with their types and headers', async ({ shared: app }) => {
  const { page } = await fresh(app);
  const statuses = await page.evaluate(async () => {
    const paths = [
      '/',
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/%2e%2e%5c%2e%2e%5cpackage.json',
      '//etc/passwd',
      '/C:/Windows/win.ini',
      '/a%00b',
      '/nothing.js',
    ];
    const found: [string, number][] = [];
    for (const path of paths) found.push([path, (await fetch(location.origin + path)).status]);
    return found;
  });
  expect(statuses.filter(([, status]) => status === 200).map(([path]) => path)).toEqual(['/']);
  const head = await page.evaluate(async () => {
    const response = await fetch('/');
    return [response.headers.get('content-type'), response.headers.get('x-content-type-options')];
  });
  expect(head).toEqual(['text/html; charset=utf-8', 'nosniff']);
});

test('[EL4] injected script, foreign requests, frames and forms are refused by the page’s policy', async ({
  shared: app,
}) => {
  const { page } = await fresh(app);
  const violations = await page.evaluateHandle(() => {
    const directives = new Set<string>();
    document.addEventListener('securitypolicyviolation', (event) => directives.add(event.effectiveDirective));
    return directives;
  });
  const outcome = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const handler = document.createElement('div');
    handler.innerHTML = '<img src="data:," onerror="window.injected = true">';
    document.body.append(handler);
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    // Compiled when it is due, in the page's own right; what a test evaluates may compile whatever it likes.
    // oxlint-disable-next-line no-implied-eval -- what must not run
    setTimeout('window.injected = true', 0);
    return fetch('https://example.com/').then(
      () => 'read',
      () => 'refused',
    );
  });
  expect(outcome).toBe('refused');
  await expect
    .poll(() => violations.evaluate((directives) => [...directives].toSorted()))
    .toEqual(expect.arrayContaining(['connect-src', 'frame-src', 'script-src-attr', 'script-src-elem']));
  const injected = await page.evaluate(async (moment) => {
    await new Promise((resolve) => setTimeout(resolve, moment));
    return 'injected' in window;
  }, A_MOMENT_MS);
  expect(injected).toBe(false);
});

test('[DS41] a page cannot lead its window elsewhere, whatever the address looks like', async ({ shared: app }) => {
  const console_ = await fresh(app);
  const { page } = console_;
  const own = page.url();
  for (const url of [
    'https://example.com/',
    'https://console.example.com/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'data:text/html,<p>x',
    'app://console.example.com/',
    'app://console@example.com/',
  ]) {
    await page.evaluate(
      async ([address, moment]) => {
        const link = document.createElement('a');
        link.href = address;
        document.body.append(link);
        link.click();
        await new Promise((resolve) => setTimeout(resolve, moment));
      },
      [url, A_MOMENT_MS] as const,
    );
    expect(page.url(), url).toBe(own);
    await expect(console_.rail).toBeVisible();
  }
});

test('[DS42] a new window is never opened; a listed document goes to the user’s browser', async ({ shared: app }) => {
  const { page } = await fresh(app);
  const outside = await watchOutside(app);
  for (const url of [
    'https://www.rfc-editor.org/rfc/rfc9457',
    'https://example.com/',
    'file:///etc/passwd',
    'about:blank',
  ]) {
    await page.evaluate((address) => void window.open(address), url);
  }
  await expect.poll(outside).toEqual(['https://www.rfc-editor.org/rfc/rfc9457']);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length, undefined)).toBe(1);
});

test('[DS43] a page may write to the clipboard, and nothing else that the system has to allow', async ({
  shared: app,
}) => {
  const { page } = await fresh(app);
  const answers = await page.evaluate(async () => {
    const asked = async (what: () => Promise<unknown>): Promise<string> =>
      what().then(
        (value) => (value === 'denied' ? 'refused' : 'allowed'),
        () => 'refused',
      );
    return {
      write: await asked(() => navigator.clipboard.writeText('x')),
      read: await asked(() => navigator.clipboard.readText()),
      notifications: await asked(() => Notification.requestPermission()),
      camera: await asked(() => navigator.mediaDevices.getUserMedia({ video: true })),
      microphone: await asked(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      location: await asked(
        () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
      midi: await asked(() => navigator.requestMIDIAccess({ sysex: true })),
    };
  });
  expect(answers).toEqual({
    write: 'allowed',
    read: 'refused',
    notifications: 'refused',
    camera: 'refused',
    microphone: 'refused',
    location: 'refused',
    midi: 'refused',
  });
});

test('[DS44] ports are handed to the console’s main frame alone, and for an empty request alone', async ({
  shared: app,
}) => {
  await fresh(app);
  const handed = await app.evaluate(({ BrowserWindow, ipcMain }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('There is no window');
    const sent: string[] = [];
    const original = contents.postMessage.bind(contents);
    const attempt = (name: string, event: object, ...args: unknown[]): void => {
      for (const channel of ['whub:request-ports', 'whub:request-app-port']) {
        contents.postMessage = (answer) => void sent.push(`${name}: ${answer}`);
        ipcMain.emit(channel, { sender: contents, ...event }, ...args);
      }
    };
    const frame = contents.mainFrame;
    attempt('another frame of the same page', { senderFrame: { url: frame.url } });
    attempt('a foreign frame', { senderFrame: { url: 'https://example.com/' } });
    attempt('a frame that is gone', { senderFrame: null });
    attempt('more than a request', { senderFrame: frame }, { give: 'everything' });
    attempt('the console', { senderFrame: frame });
    contents.postMessage = original;
    return sent;
  }, undefined);
  expect(handed).toEqual(['the console: whub:ports', 'the console: whub:app-port']);
});

test('[DS44] a frame within the console gets nothing of the app', async ({ shared: app }) => {
  const { page } = await fresh(app);
  const inFrame = await page.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    return 'whub' in (frame.contentWindow ?? {});
  });
  expect(inFrame).toBe(false);
});

test('[DS45] what is no call of the contract ends that line and nothing else', async ({ desktop }) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  // The console asks for ports as well while it has none.
  await expect(console_.statusBar).toContainText('Running');
  const outcome = await console_.page.evaluate(async () => {
    const ask = (of: string): Promise<readonly MessagePort[]> =>
      new Promise((resolve) => {
        window.addEventListener('message', (event: MessageEvent<{ of?: unknown }>) => {
          if (event.data.of === of) resolve(event.ports);
        });
        (window as unknown as { whub: { requestPorts(of: string): void } }).whub.requestPorts(of);
      });
    const ports = [...(await ask('hub')), ...(await ask('app'))];
    const ended = ports.map(
      (port) => new Promise<string>((resolve) => port.addEventListener('close', () => resolve('closed'))),
    );
    for (const port of ports) {
      port.start();
      port.postMessage({ not: ['a', 'frame', new Map([[1, 2n]])] });
    }
    return Promise.all(ended);
  });
  expect(outcome).toEqual(['closed', 'closed', 'closed']);
  await console_.page.reload();
  const again = await DesktopPage.of(app);
  await expect(again.statusBar).toContainText('Running');
});

test('[DS46] a hostile payload is shown as text', async ({ desktop }) => {
  const console_ = await DesktopPage.of(await desktop.launch());
  const { page } = console_;
  const hostile =
    '"<img src=x onerror=document.title=1><svg onload=document.title=1><script>document.title=1</script>"';
  await console_.show('Compose');
  await console_.send({ method: 'POST', uri: '/nobody/<b onmouseover=x>here', body: hostile });
  await console_.show('Inspector');
  await console_.grid('Exchanges').getByRole('row').filter({ hasText: '/nobody/' }).first().click();
  const detail = page.getByRole('region', { name: 'Exchange detail' });
  await detail.getByRole('tab', { name: 'Request' }).click();
  await expect(detail).toContainText('<img src=x onerror=document.title=1>');
  expect(
    await page.evaluate(() => [document.title, document.querySelectorAll('img[src=x], svg[onload]').length]),
  ).toEqual(['WHub Console', 0]);
});

test('[DS47] no secret that a person handled is in any file but those that hold the hub’s own, and those are for this user alone', async ({
  desktop,
}) => {
  const app = await desktop.launch();
  const console_ = await DesktopPage.of(app);
  const key = await console_.registerClient('planted', '*', 'planted');
  await console_.show('Compose');
  const { page } = console_;
  await page.getByLabel('URI').fill('/planted/unsent');
  await console_.button('Add header').click();
  await page.getByLabel('Name of header 1').fill('authorization');
  await page.getByLabel('Value of header 1').fill('Bearer planted-bearer-7c1');
  await page.keyboard.press('Tab');
  await expect
    .poll(() => readFile(join(desktop.dataDir, 'desktop/kept/draft.json'), 'utf8').catch(() => ''))
    .toContain('/planted/unsent');
  await app.evaluate(({ app: electron }) => electron.quit(), undefined);
  await app.exited;
  const files = await filesBelow(desktop.dataDir);
  expect(files.map(({ path }) => path)).toContain('hub.db');
  const holding = (secret: string): string[] =>
    files.flatMap(({ path, bytes }) =>
      bytes.includes(secret) || bytes.includes(Buffer.from(secret, 'utf16le')) ? [path] : [],
    );
  const cliKey = files.find(({ path }) => path === 'cli.key');
  expect(cliKey?.bytes.toString()).toMatch(/^whub_/);
  expect({
    key: holding(key),
    bearer: holding('planted-bearer-7c1'),
    cli: holding(cliKey?.bytes.toString().trim() ?? ''),
    open: files
      .filter(({ path, mode }) => !path.startsWith('desktop/Chromium/') && (mode & 0o077) !== 0)
      .map(({ path }) => path),
  }).toEqual({ key: [], bearer: [], cli: ['cli.key'], open: [] });
});

interface FoundFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

async function filesBelow(folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    found.push({ path: relative(folder, path).replaceAll(sep, '/'), bytes: await readFile(path), mode });
  }
  return found;
}
