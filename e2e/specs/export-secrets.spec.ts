import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { startEcho } from '../fixtures/echo.ts';
import { expect, test } from '../fixtures/hub.ts';
import { InspectorPage } from '../pages/inspector-page.ts';

const FORMATS = ['ndjson', 'har', 'whub'] as const;
/** Each place has a secret of its own, so that a leak says where it is. */
const PLANTED = { header: 'planted-header-0f3a', query: 'planted-query-0f3a', body: 'planted-body-0f3a' };

interface Wish {
  readonly format: (typeof FORMATS)[number];
  readonly secrets: 'masked' | 'whole';
}

/** Exports all rows by the dialog. @returns what a person finds in the file */
async function exported(page: Page, { format, secrets }: Wish): Promise<string> {
  await page.getByRole('button', { name: 'Export…', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Export' });
  await form.getByLabel('Format').selectOption(format);
  if (secrets === 'whole') {
    await form.getByLabel('Secrets').selectOption('whole');
    await form.getByRole('checkbox').check();
  }
  const saved = page.waitForEvent('download');
  await form.getByRole('button', { name: /^Export/ }).click();
  const download = await saved;
  const path = test.info().outputPath(`${secrets}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  const bytes = await readFile(path);
  return (format === 'whub' ? gunzipSync(bytes) : bytes).toString();
}

test('[IN17] what the dialog exports has none of the planted secrets, unless a person confirms that it shall', async ({
  page,
  hub,
}) => {
  test.slow();
  await using stage = await startEcho(page, hub);
  const answer = await fetch(`${hub.httpUrl}/echo/secret?token=${PLANTED.query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.key}`, 'content-type': 'application/json', 'x-api-key': PLANTED.header },
    body: JSON.stringify({ user: 'ann', password: PLANTED.body }),
  });
  expect(answer.status).toBe(200);
  await stage.console_.show('Inspector');
  await expect(new InspectorPage(page).row('/echo/secret')).toBeVisible();

  for (const format of FORMATS) {
    const masked = await exported(page, { format, secrets: 'masked' });
    expect(masked).toContain('/echo/secret');
    expect(masked).toContain('ann');
    for (const secret of [...Object.values(PLANTED), stage.key]) expect(masked).not.toContain(secret);

    const whole = await exported(page, { format, secrets: 'whole' });
    expect(whole).toContain(PLANTED.query);
    expect(whole).toContain(PLANTED.body);
    expect(whole).not.toContain(stage.key);
  }
});
