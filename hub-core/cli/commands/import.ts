import { Option, type Command } from 'commander';
import { resolveTarget, type ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { EXPORT_FORMATS, formatOfFile, type ExportFormat } from '../export-writer.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { printLine, type Terminal } from '../terminal.ts';

export interface ImportFlags extends ConnectFlags {
  readonly format?: ExportFormat;
}

/** Adds the exchanges of a file to the traffic store of a running hub. */
export async function importCapture(file: string, flags: ImportFlags, terminal: Terminal): Promise<ExitCode> {
  const target = await resolveTarget(flags, terminal);
  const [{ openCapture }, { recordBatches }] = await Promise.all([
    import('../capture-session.ts'),
    import('../record-batches.ts'),
  ]);
  await using session = await openCapture(target, terminal.interrupted);
  const over = AbortSignal.any([terminal.interrupted, session.ended]);
  let total = 0;
  for await (const lines of recordBatches(file, flags.format ?? formatOfFile(file))) {
    const { imported } = await session.capture.importRecords({ lines }, { signal: over });
    total += imported;
  }
  printLine(terminal.stderr, `whub: ${String(total)} exchanges imported; find them with is:imported`);
  return ExitCode.Ok;
}

export function addImportCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('import')
    .description('add the exchanges of a file to the captured traffic; needs the key of a manager')
    .argument('<file>', 'from "whub export", or an archive (HAR) of any program')
    .addOption(new Option('--format <format>', 'default: by the ending of the file').choices(EXPORT_FORMATS));
  withExamples(withConnectFlags(command), ['whub import traffic.whub', 'whub import browser.har']).action(
    (file: string, flags: ImportFlags) => run((terminal) => importCapture(file, flags, terminal)),
  );
}
