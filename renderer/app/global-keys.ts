import { tinykeys } from 'tinykeys';
import { KEY_TABLE } from '../ui/keys.ts';
import { KEYED_COMMANDS } from './commands.ts';

/** True where a plain key is text: fields, and editors, which may sit in a shadow tree. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

const isPlain = (event: KeyboardEvent): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d+$/.test(event.key);

/** Binds the keys of the table that work everywhere. @returns the function that unbinds them */
export function bindGlobalKeys(): () => void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const entry of KEY_TABLE) {
    const command = KEYED_COMMANDS.get(entry.id);
    if (command === undefined) continue;
    for (const key of entry.keys) {
      bindings[key] = (event) => {
        if ((isPlain(event) || command.notInText === true) && isTyping(event)) return;
        event.preventDefault();
        // Messages would take F6 for themselves.
        event.stopImmediatePropagation();
        command.run();
      };
    }
  }
  return tinykeys(window, bindings, { ignore: () => false });
}
