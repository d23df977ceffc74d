import type { DesktopClient } from '../bridge/bridge.ts';
import { KEPT_NAMES } from '../../hub-core/console/contract/desktop-contract.ts';
import type { KeptName } from '../../hub-core/console/contract/desktop-contract.ts';
import type { JournalStorage } from './journal.ts';

/** The app is there before its page; one that does not answer keeps no page from starting. */
const READ_WITHIN_MS = 2_000;

function nameOf(key: string): KeptName {
  const name = KEPT_NAMES.find((each) => each === key);
  if (name === undefined) throw new TypeError(`Cannot keep "${key}": the desktop app keeps ${KEPT_NAMES.join(', ')}`);
  return name;
}

/** The page's journals, kept by the desktop app: what it was given outlives the page and the app, however they end. */
export class DesktopStorage implements JournalStorage {
  readonly #desktop: Pick<DesktopClient, 'keep'>;
  readonly #texts: Record<KeptName, string | null>;

  private constructor(desktop: Pick<DesktopClient, 'keep'>, texts: Record<KeptName, string | null>) {
    this.#desktop = desktop;
    this.#texts = texts;
  }

  static async open(desktop: Pick<DesktopClient, 'kept' | 'keep'>): Promise<DesktopStorage> {
    try {
      const texts = await desktop.kept(undefined, { signal: AbortSignal.timeout(READ_WITHIN_MS) });
      return new DesktopStorage(desktop, texts);
    } catch (error) {
      console.warn('What this page kept could not be read', error);
      return new DesktopStorage(desktop, { draft: null, place: null });
    }
  }

  getItem(key: string): string | null {
    return this.#texts[nameOf(key)];
  }

  setItem(key: string, text: string): void {
    this.#keep(nameOf(key), text);
  }

  removeItem(key: string): void {
    this.#keep(nameOf(key), null);
  }

  #keep(name: KeptName, text: string | null): void {
    this.#texts[name] = text;
    this.#desktop.keep({ name, text }).catch((error: unknown) => console.warn('The page could not be kept', error));
  }
}
