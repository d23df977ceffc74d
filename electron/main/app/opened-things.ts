import { spawn } from 'node:child_process';
import { app } from 'electron';
import type { DesktopCommand } from '../../../hub-core/console/contract/desktop-contract.ts';
import { LINK_SCHEME, parseDeepLink } from '../links/deep-link.ts';
import { isCaptureFile, readWorkspaceFile } from '../links/workspace-file.ts';
import { confirmLink, confirmWorkspace, tell } from './confirmations.ts';

/** An app of its own beside this one: its hub, its window, its folder. */
function startBeside(dataDir: string): void {
  const self = app.isPackaged ? [] : [app.getAppPath()];
  const program = process.env['APPIMAGE'] ?? process.execPath;
  spawn(program, [...process.execArgv, ...self, '--data', dataDir], { detached: true, stdio: 'ignore' }).unref();
}

async function openLink(url: string, send: (command: DesktopCommand) => void): Promise<void> {
  const link = parseDeepLink(url);
  if (link === undefined) {
    tell('This link cannot be opened', 'It is none that WHub knows.');
  } else if (await confirmLink(link)) {
    send({ kind: 'show', ...link });
  }
}

async function openWorkspace(path: string): Promise<void> {
  let dataDir: string;
  try {
    dataDir = readWorkspaceFile(path);
  } catch (error) {
    tell('This workspace cannot be opened', error instanceof Error ? error.message : String(error));
    return;
  }
  if (await confirmWorkspace(dataDir)) startBeside(dataDir);
}

/**
 * Opens what the system handed over, a link or a workspace. Both come from anywhere: each is checked, and nothing happens
 * before the user agrees.
 *
 * @param send shows the window and has it do that
 */
export async function openThing(thing: string, send: (command: DesktopCommand) => void): Promise<void> {
  if (thing.startsWith(`${LINK_SCHEME}:`)) return openLink(thing, send);
  if (!isCaptureFile(thing)) return openWorkspace(thing);
  send({ kind: 'show', page: 'page-inspector', filter: null });
  tell('This file holds captured traffic', 'Drop it on the Inspector, or choose Import there, to add it to yours.');
}
