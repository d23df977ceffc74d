import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

/** A web page of another origin: a real server on another port. */
async function startForeignPage(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>foreign</title><p>foreign');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

test('[HT1] a page of another origin cannot open a socket, call the gateway, or load the console', async ({
  page,
  hub,
}) => {
  // The browser holds the console's cookie: cookies know no port, so it is the Origin check that has to refuse.
  await new ConsolePage(page).open(hub.consoleUrl);
  await using foreign = await startForeignPage();
  await page.goto(foreign.url);

  for (const path of ['', 'console/rpc/hub', 'console/rpc/capture']) {
    const outcome = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(url);
          socket.addEventListener('open', () => resolve('open'));
          socket.addEventListener('error', () => resolve('refused'));
        }),
      `${hub.url}${path}`,
    );
    expect(outcome, path).toBe('refused');
  }

  for (const path of ['/status/info', '/healthz', '/console/']) {
    const outcome = await page.evaluate(
      (url) =>
        fetch(url, { credentials: 'include' }).then(
          (response) => `read ${String(response.status)}`,
          () => 'refused',
        ),
      `${hub.httpUrl}${path}`,
    );
    expect(outcome, path).toBe('refused');
  }

  const framed = await page.evaluate((url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    const isReadable = ({ contentDocument }: HTMLIFrameElement): boolean => contentDocument !== null;
    return new Promise<string>((resolve) => {
      frame.addEventListener('load', () => resolve(isReadable(frame) ? 'readable' : 'opaque'));
    });
  }, hub.consoleUrl);
  expect(framed).toBe('opaque');
  await expect(page.frameLocator('iframe').getByRole('navigation', { name: 'Pages' })).toHaveCount(0);
});
