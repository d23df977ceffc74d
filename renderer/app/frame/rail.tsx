import { Cable, KeyRound, LayoutDashboard, ListTree, Rows3, Send, ShieldBan } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { PAGE_TITLES, PAGES, usePage } from '../../state/pages.ts';
import type { Page } from '../../state/pages.ts';
import { keyHint } from '../../ui/keys.ts';
import styles from './rail.module.css';

const ICONS: Readonly<Record<Page, LucideIcon>> = {
  overview: LayoutDashboard,
  inspector: Rows3,
  connections: Cable,
  services: ListTree,
  compose: Send,
  clients: KeyRound,
  access: ShieldBan,
};

export function Rail() {
  const current = usePage((state) => state.page);
  return (
    <nav className={styles['rail']} aria-label="Pages" data-pane tabIndex={-1}>
      {PAGES.map((page) => {
        const Icon = ICONS[page];
        return (
          <a
            key={page}
            href={`#/${page}`}
            className={styles['item']}
            aria-current={page === current ? 'page' : undefined}
            title={`${PAGE_TITLES[page]} (${keyHint(`page-${page}`)})`}
          >
            <Icon size={16} aria-hidden />
            {PAGE_TITLES[page]}
          </a>
        );
      })}
    </nav>
  );
}
