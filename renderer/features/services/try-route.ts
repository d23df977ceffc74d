import { EMPTY_DRAFT, openDraft } from '../../state/draft.ts';
import { goTo } from '../../state/pages.ts';
import { methodToTry } from './method-to-try.ts';
import { routeUri } from './tree-rows.ts';
import type { Route } from './tree-rows.ts';

/** Opens Compose with a request to the route. */
export function tryRoute(service: string, route: Route | undefined): void {
  const method = methodToTry(route?.methods[0]);
  openDraft({ ...EMPTY_DRAFT, method, uri: routeUri(service, route?.pattern ?? '/') });
  goTo('compose');
}
