import type { DesktopState } from '../../../hub-core/console/contract/desktop-contract.ts';
import type { Logger } from '../../../hub-core/common/log/logger.ts';
import type { StartRecord } from '../settings/start-record.ts';

export interface SafeBeginning {
  readonly record: Pick<StartRecord, 'endedBadly' | 'needsSafeStart'>;
  readonly ask: () => Promise<'as-usual' | 'without-history' | 'quit'>;
  /** Puts what was recorded aside. @returns where it is now */
  readonly setAside: () => string | undefined;
  readonly log: Logger;
}

/**
 * Asks how to start after starts that never came up.
 *
 * @returns what the user is told about this start, null for nothing; undefined when the user would rather not start
 */
export async function beginSafely(beginning: SafeBeginning): Promise<DesktopState['notice'] | undefined> {
  const { record, ask, setAside, log } = beginning;
  const choice = record.needsSafeStart ? await ask() : 'as-usual';
  if (choice === 'quit') return undefined;
  if (choice === 'without-history') {
    const path = setAside();
    const where = path === undefined ? 'Nothing was recorded before.' : `What was recorded before is in ${path}`;
    log.warn({ module: 'main' }, `started without history. ${where}`);
    return { title: 'Started without history', text: where };
  }
  if (!record.endedBadly) return null;
  return {
    title: 'WHub did not end by itself the last time',
    text: 'It crashed or was killed. Clients, keys and recorded traffic are as they were then, and so are the page, the filter and the request in Compose.',
  };
}
