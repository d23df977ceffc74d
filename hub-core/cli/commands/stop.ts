import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { requestStop } from '../../host/control.ts';
import { defaultDataDir } from '../../host/data-dir.ts';
import { readHubFile } from '../../host/hub-file.ts';
import { CommandError, ExitCode } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

const LOOK_EVERY_MS = 50;
/** The hub drains first, 5 s by default. */
const GONE_WITHIN_MS = 30_000;

/** Tells the hub on the data folder to stop, and waits until it is gone. */
export async function stop(flags: { readonly data?: string }, terminal: Terminal): Promise<ExitCode> {
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  if (!(await requestStop(dataDir))) {
    throw new CommandError(
      ExitCode.NoConnection,
      `Cannot stop a hub: none runs on "${dataDir}"; --data names another folder`,
    );
  }
  const { interrupted } = terminal;
  const giveUp = AbortSignal.any([interrupted, AbortSignal.timeout(GONE_WITHIN_MS)]);
  while ((await readHubFile(dataDir)) !== undefined) {
    interrupted.throwIfAborted();
    if (giveUp.aborted) {
      throw new CommandError(
        ExitCode.Failure,
        `Cannot see the hub on "${dataDir}" end: it still drains, or does not answer`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
  printLine(terminal.stderr, 'the hub has stopped');
  return ExitCode.Ok;
}

export function addStopCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('stop')
    .description('stop the hub that runs on a data folder, also where there are no signals')
    .addOption(dataOption());
  withExamples(command, ['whub stop', 'whub stop --data ./hub-data']).action((flags: { readonly data?: string }) =>
    run((terminal) => stop(flags, terminal)),
  );
}
