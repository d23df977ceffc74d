import { join } from 'node:path';
import { checkCapture, checkCommandKey, checkFolder, checkHub, checkModes } from './check-data-folder.ts';
import { checkBackups, checkDatabase, judgeBackups } from './check-database.ts';
import { checkNode, checkPort } from './check-machine.ts';
import type { Finding } from './finding.ts';

export interface Examination {
  readonly dataDir: string;
  /** A hub has the folder now: nothing may be repaired. */
  readonly isRunning: boolean;
  readonly findings: readonly Finding[];
}

/** Looks at everything that a hub needs to start and keep what it knows. Changes nothing. */
export async function examine(dataDir: string, port: number): Promise<Examination> {
  const node = checkNode(process.versions.node);
  const { isOpen, ...folder } = checkFolder(dataDir);
  const portFinding = await checkPort(dataDir, port);
  // Nothing in a folder that is not there or not this user's can be looked at.
  if (!isOpen) {
    return { dataDir, isRunning: false, findings: [node, folder, portFinding] };
  }
  const { isRunning, ...hub } = checkHub(dataDir);
  const backups = judgeBackups(join(dataDir, 'hub.db'));
  const findings = [
    node,
    folder,
    checkModes(dataDir),
    hub,
    checkDatabase(dataDir, backups),
    checkBackups(backups),
    checkCommandKey(dataDir),
    checkCapture(dataDir),
    portFinding,
  ];
  return { dataDir, isRunning, findings };
}
