import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { CliProcess } from '../fixtures/cli.ts';
import { expect, test, type RunningHub } from '../fixtures/hub.ts';
import { ConsolePage } from '../pages/console-page.ts';

const BROWSER_SDK = fileURLToPath(new URL('../../out/client/browser.js', import.meta.url));

/** The little of the SDK that the page uses; its types are for Node here. */
interface Reply {
  readonly status: number;
  bytes(): Uint8Array;
  json(): unknown;
}
interface Client {
  provide(options: object): Promise<unknown>;
  request(request: object): Promise<Reply>;
  close(): Promise<void>;
}
interface Sdk {
  readonly HubClient: { connect(options: object): Promise<Client> };
}

/** Opens an empty page of the hub's own origin that can load the SDK: a page of another one would be refused. */
async function openPage(page: Page, { httpUrl }: RunningHub): Promise<string> {
  const [pageUrl, sdkUrl] = [`${httpUrl}/e2e/page.html`, `${httpUrl}/e2e/sdk.js`];
  const sdk = await readFile(BROWSER_SDK, 'utf8');
  await page.route(pageUrl, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>e2e</title>' }),
  );
  await page.route(sdkUrl, (route) => route.fulfill({ contentType: 'text/javascript', body: sdk }));
  await page.goto(pageUrl);
  return sdkUrl;
}

test('[WR10] a page provides a service and calls over WebRTC', async ({ page, context, hub }) => {
  const console_ = new ConsolePage(await context.newPage());
  await console_.open(hub.consoleUrl);
  const key = await console_.registerClient('page', '*', '*');
  const sdkUrl = await openPage(page, hub);
  const url = `rtc+${hub.httpUrl}`;

  const outcome = await page.evaluate(
    async ({ sdk, options }) => {
      const { HubClient } = (await import(sdk)) as Sdk;
      const provider = await HubClient.connect(options);
      await provider.provide({
        id: 'page',
        routes: [{ pattern: '/*rest', handler: (request: Reply) => ({ body: request.bytes() }) }],
      });
      const caller = await HubClient.connect(options);
      const body = new Uint8Array(200_000).map((_, at) => at % 251);
      const reply = await caller.request({ method: 'POST', uri: '/page/echo', body });
      const same = reply.bytes().every((byte, at) => byte === body[at]) && reply.bytes().length === body.length;
      const statuses = await Promise.all(
        Array.from(
          { length: 100 },
          async (_, n) => (await caller.request({ method: 'POST', uri: '/page/n', json: { n } })).status,
        ),
      );
      const info = await caller.request({ uri: '/status/info' });
      await caller.close();
      return { status: reply.status, same, statuses: [...new Set(statuses)], info: info.status };
    },
    { sdk: sdkUrl, options: { url, client: 'page', key } },
  );
  expect(outcome).toEqual({ status: 200, same: true, statuses: [200], info: 200 });

  // The provider's end is still there, and the command line reaches it over WebRTC, too.
  const env = { WHUB_URL: url, WHUB_KEY: key, WHUB_CLIENT: 'page' };
  await using call = new CliProcess(['call', 'POST', '/page/cli', '--body', '{"from":"cli"}'], env);
  await call.line(/"from":\s*"cli"/);
});
