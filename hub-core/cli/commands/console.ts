import type { Command } from 'commander';
import { newConsoleLink } from '../../host/control.ts';
import { defaultDataDir } from '../../host/data-dir.ts';
import { CommandError, ExitCode } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface ConsoleFlags {
  readonly data?: string;
  readonly open?: true;
}

/** Prints a link that opens the console of the hub on the data folder. */
export async function consoleLink(flags: ConsoleFlags, terminal: Terminal): Promise<ExitCode> {
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  const link = await newConsoleLink(dataDir);
  if (link === undefined) {
    throw new CommandError(
      ExitCode.NoConnection,
      `Cannot open a console: no hub runs on "${dataDir}"; start one with "whub serve"`,
    );
  }
  printLine(terminal.stdout, link);
  if (flags.open === true) {
    const { default: open } = await import('open');
    await open(link);
  }
  return ExitCode.Ok;
}

export function addConsoleCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('console')
    .description('print a link to the console of the hub that runs on a data folder')
    .option('--open', 'open it in the browser')
    .addOption(dataOption());
  withExamples(command, ['whub console --open']).action((flags: ConsoleFlags) =>
    run((terminal) => consoleLink(flags, terminal)),
  );
}
