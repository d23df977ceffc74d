import type { Locator, Page } from '@playwright/test';

/** Presses the mouse on an element and moves it so far that it is a drag; the button stays down. */
export async function beginDrag(page: Page, element: Locator): Promise<void> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('Cannot drag it: it is not in sight');
  const [x, y] = [box.x + 40, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 30, y + 4, { steps: 6 });
}
