import { KEY_TABLE } from '../../hub-core/console/contract/key-table.ts';
import type { KeyEntry, KeyId } from '../../hub-core/console/contract/key-table.ts';

export { KEY_TABLE } from '../../hub-core/console/contract/key-table.ts';
export type { KeyGroup, KeyId } from '../../hub-core/console/contract/key-table.ts';

export type ListKeyId = Extract<KeyId, `list-${string}`>;

const LIST_KEYS: ReadonlyMap<string, ListKeyId> = new Map(
  KEY_TABLE.filter((entry) => entry.group === 'In a list').flatMap((entry) => entry.keys.map((key) => [key, entry.id])),
);

export type ActKeyId = Extract<KeyId, `act-${string}`>;

const ACT_KEYS: ReadonlyMap<string, ActKeyId> = new Map(
  KEY_TABLE.filter((entry) => entry.group === 'On a selected row').flatMap((entry) =>
    entry.keys.map((key) => [key, entry.id]),
  ),
);

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** What a key means in a list; nothing while a modifier is held. */
export function listKey(press: KeyPress): ListKeyId | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  return LIST_KEYS.get(press.key);
}

/** What a key does to the row that is selected; nothing while a modifier is held. */
export function actKey(press: KeyPress): ActKeyId | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  return ACT_KEYS.get(press.key);
}

export type RowKeyId = Extract<KeyId, `row-${string}`>;

const ROW_KEYS: ReadonlyMap<string, RowKeyId> = new Map(
  KEY_TABLE.filter((entry) => entry.group === 'On an exchange').flatMap((entry) =>
    entry.keys.map((key) => [key, entry.id]),
  ),
);

/** What a key does to the exchanges that are selected. */
export function rowKey(press: KeyPress): RowKeyId | undefined {
  if (press.altKey) return undefined;
  if (!press.ctrlKey && !press.metaKey) return ROW_KEYS.get(press.key);
  return ROW_KEYS.get(`$mod+${press.shiftKey ? 'Shift+' : ''}${press.key.toLowerCase()}`);
}

export interface ListPosition {
  readonly index: number;
  readonly count: number;
  readonly rowsPerPage: number;
}

/** The row that a moving key leads to; undefined for any other key and for an empty list. */
export function movedIndex(key: ListKeyId, { index, count, rowsPerPage }: ListPosition): number | undefined {
  if (count === 0) return undefined;
  const within = (next: number): number => Math.max(0, Math.min(count - 1, next));
  switch (key) {
    case 'list-down':
      return within(index + 1);
    case 'list-up':
      return within(index < 0 ? count - 1 : index - 1);
    case 'list-page-down':
      return within(index + rowsPerPage);
    case 'list-page-up':
      return within(index - rowsPerPage);
    case 'list-first':
      return 0;
    case 'list-last':
      return count - 1;
    default:
      return undefined;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  PageDown: 'Page Down',
  PageUp: 'Page Up',
  Escape: 'Esc',
  ' ': 'Space',
};

/** A key as people read it: `Ctrl+K`, `⌘⇧D`. */
export function keyLabel(key: string, mac: boolean): string {
  // An optional modifier, in brackets, is only what some layouts need for the character.
  const parts = key
    .replaceAll(/\[\w+\]\+/g, '')
    .split('+')
    .map((part) => {
      if (part === '$mod') return mac ? '⌘' : 'Ctrl';
      if (part === 'Shift') return mac ? '⇧' : 'Shift';
      if (part === 'Alt') return mac ? '⌥' : 'Alt';
      const name = NAMES[part] ?? part.replace(/^(?:Key|Digit)/, '');
      return name.length === 1 && key.includes('+') ? name.toUpperCase() : name;
    });
  return parts.join(mac ? '' : '+');
}

export const isMac = (): boolean => navigator.userAgent.includes('Mac');

/** The first key of an entry, as people read it. */
export function keyHint(id: KeyId): string {
  const entry: KeyEntry | undefined = KEY_TABLE.find((candidate) => candidate.id === id);
  return keyLabel(entry?.keys[0] ?? '', isMac());
}
