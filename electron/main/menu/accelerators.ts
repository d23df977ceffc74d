import { KEY_TABLE } from '../../../hub-core/console/contract/key-table.ts';
import type { KeyEntry, KeyId } from '../../../hub-core/console/contract/key-table.ts';

/**
 * A key of the table as Electron writes it: `$mod+Shift+k` → `CommandOrControl+Shift+K`.
 *
 * @returns undefined for keys without a modifier: in a menu they would be taken from every text field
 */
export function acceleratorOf(key: string): string | undefined {
  if (/^F\d+$/.test(key)) return key;
  const parts = key.split('+');
  const last = (parts.pop() ?? '').replace(/^(?:Key|Digit)/, '');
  if (!parts.some((part) => part === '$mod' || part === 'Alt')) return undefined;
  const modifiers = parts.map((part) => (part === '$mod' ? 'CommandOrControl' : part));
  return [...modifiers, last.length === 1 ? last.toUpperCase() : last].join('+');
}

/** The first key of an entry that can stand in a menu. */
export function acceleratorFor(id: KeyId): string | undefined {
  const entry: KeyEntry | undefined = KEY_TABLE.find((candidate) => candidate.id === id);
  return entry?.keys.map(acceleratorOf).find((accelerator) => accelerator !== undefined);
}

/** What the console calls it. */
export function titleOf(id: KeyId): string {
  return KEY_TABLE.find((candidate) => candidate.id === id)?.title ?? '';
}
