import type { BrowserContext, Page, Route } from 'playwright';
import { answer } from './session.ts';
import { mayNavigate, type WebContents } from './web-contents.ts';

const routed = new WeakSet<BrowserContext>();

/** Has every request of every page go by the app: navigations are asked about, its own schemes are answered by it. */
export async function routePages(
  context: BrowserContext,
  contentsOf: (page: Page) => WebContents | undefined,
): Promise<void> {
  if (routed.has(context)) return;
  routed.add(context);
  await context.route('**/*', async (route) => {
    if (!isAllowed(route, contentsOf)) await route.abort('aborted');
    else if (!(await answer(route))) await route.continue();
  });
}

function isAllowed(route: Route, contentsOf: (page: Page) => WebContents | undefined): boolean {
  const request = route.request();
  if (!request.isNavigationRequest()) return true;
  try {
    const frame = request.frame();
    const contents = contentsOf(frame.page());
    return contents !== undefined && mayNavigate(contents, request, frame.parentFrame() === null);
  } catch {
    // The first navigation of a page that a page opened: nothing is ever shown there.
    return false;
  }
}
