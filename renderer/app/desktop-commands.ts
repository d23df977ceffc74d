import type { DesktopCommand } from '../../hub-core/console/contract/desktop-contract.ts';
import { showRows } from '../state/inspector.ts';
import { goTo, PAGES } from '../state/pages.ts';
import { KEYED_COMMANDS } from './commands.ts';

/** Does what menu, tray or a link of the desktop app ask for. */
export function runDesktopCommand(command: DesktopCommand): void {
  if (command.kind === 'run') {
    KEYED_COMMANDS.get(command.key)?.run();
    return;
  }
  const page = PAGES.find((each) => `page-${each}` === command.page);
  if (command.filter !== null) showRows(command.filter);
  if (page !== undefined) goTo(page);
}
