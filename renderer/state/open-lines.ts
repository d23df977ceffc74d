import { create } from 'zustand';
import { goTo } from './pages.ts';

/** What is selected on the pages of connections and services. Shared, so that other pages can point there. */
interface OpenLines {
  readonly connection: string | null;
  /** Connections that were are listed, too. */
  readonly history: boolean;
  /** A line of the services' tree. */
  readonly line: string | null;
  /** Services that are open in the tree. */
  readonly openServices: ReadonlySet<string>;
}

export const useOpenLines = create<OpenLines>()(() => ({
  connection: null,
  history: false,
  line: null,
  openServices: new Set(),
}));

export function toggleService(id: string, open: boolean): void {
  useOpenLines.setState(({ openServices }) => ({
    openServices: new Set(open ? [...openServices, id] : [...openServices].filter((other) => other !== id)),
  }));
}

/** Shows a connection, among those that were when it has gone. */
export function showConnection(id: string): void {
  useOpenLines.setState({ connection: id, history: true });
  goTo('connections');
}

/** Shows a provider of a service in the tree. */
export function showProvider(service: string, provider: string): void {
  toggleService(service, true);
  useOpenLines.setState({ line: provider });
  goTo('services');
}
