import { gunzipSync } from 'node:zlib';
import { expect, test } from '../fixtures/hub.ts';
import { sendRequests } from '../fixtures/traffic.ts';
import { beginDrag } from '../pages/drag.ts';
import { InspectorPage } from '../pages/inspector-page.ts';

test('[IN32] selected rows that are dragged out are the file that the browser fetches when they are dropped', async ({
  page,
  hub,
}) => {
  const inspector = new InspectorPage(page);
  await inspector.console.open(hub.consoleUrl);
  const key = await inspector.console.registerClient('alice', '*', '');
  await sendRequests(hub, key, [{ path: '/status/info' }, { path: '/nowhere/x' }, { path: '/status/info' }]);
  await inspector.console.show('Inspector');
  await expect(inspector.count).toContainText('3 of 3');
  await page.evaluate(() =>
    window.addEventListener('dragstart', (event) =>
      Object.assign(window, { dragged: event.dataTransfer?.getData('DownloadURL') }),
    ),
  );
  const dragged = (): Promise<string> => page.evaluate(() => (window as unknown as { dragged?: string }).dragged ?? '');
  const records = async (): Promise<unknown[]> => {
    const url = (await dragged()).replace(/^[^:]+:[^:]+:/, '');
    const response = await page.request.get(url);
    const lines = gunzipSync(await response.body())
      .toString()
      .trimEnd()
      .split('\n');
    return lines.slice(1).map((line) => (JSON.parse(line) as { uri: unknown }).uri);
  };

  // One that was not selected before.
  await beginDrag(page, inspector.row('/nowhere/x'));
  await expect
    .poll(dragged)
    .toMatch(/^application\/octet-stream:whub-\d{8}-\d{6}\.whub:http:.*\/console\/export\/2\.whub$/);
  await page.mouse.up();
  expect(await records()).toEqual(['/nowhere/x']);

  // All that are: the press alone chooses none of them.
  await page.keyboard.press('Escape');
  await inspector.grid.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(inspector.selected()).toHaveCount(3);
  await beginDrag(page, inspector.row('/nowhere/x'));
  await expect.poll(dragged).toMatch(/\/1-3\.whub$/);
  await page.mouse.up();
  expect(await records()).toEqual(['/status/info', '/nowhere/x', '/status/info']);
  await expect(inspector.selected()).toHaveCount(3);
  // A click does.
  await inspector.row('/nowhere/x').click();
  await expect(inspector.selected()).toHaveCount(1);
});
