import type { BrowserContext, Request, Route } from 'playwright';
import { answer } from './session.ts';

/** Whether the app allows a navigation that a page began. */
type Ask = (request: Request) => boolean;

const routed = new WeakSet<BrowserContext>();

/** Has every request of every page go by the app: navigations are asked about, its own schemes are answered by it. */
export async function routePages(context: BrowserContext, ask: Ask): Promise<void> {
  if (routed.has(context)) return;
  routed.add(context);
  await context.route('**/*', async (route) => {
    if (!isAllowed(route, ask)) await route.abort('aborted');
    else if (!(await answer(route))) await route.continue();
  });
}

function isAllowed(route: Route, ask: Ask): boolean {
  const request = route.request();
  if (!request.isNavigationRequest()) return true;
  try {
    return ask(request);
  } catch {
    // The first navigation of a page that a page opened has no frame yet: nothing is ever shown there.
    return false;
  }
}
