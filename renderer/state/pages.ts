import { create } from 'zustand';

export const PAGES = ['overview', 'inspector', 'connections', 'services', 'compose', 'clients', 'access'] as const;
export type Page = (typeof PAGES)[number];

export const PAGE_TITLES: Readonly<Record<Page, string>> = {
  overview: 'Overview',
  inspector: 'Inspector',
  connections: 'Connections',
  services: 'Services',
  compose: 'Compose',
  clients: 'Clients',
  access: 'Access',
};

/** The page that a location's hash names; anything unknown is the Overview. */
export function pageOfHash(hash: string): Page {
  const name = hash.replace(/^#\/?/, '');
  return PAGES.find((page) => page === name) ?? 'overview';
}

interface PageState {
  readonly page: Page;
}

export const usePage = create<PageState>()(() => ({ page: pageOfHash(window.location.hash) }));

window.addEventListener('hashchange', () => usePage.setState({ page: pageOfHash(window.location.hash) }));

export function goTo(page: Page): void {
  window.location.hash = `#/${page}`;
}
