import { Option, type Command } from 'commander';
import type { CaptureClient } from '../capture-session.ts';
import { resolveTarget, type ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { EXPORT_FORMATS, ExportWriter, formatOfFile, type ExportFormat } from '../export-writer.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { RECORD_VERSION } from '../../common/transfer/capture-record.ts';
import { VERSION } from '../version.ts';

export interface ExportFlags extends ConnectFlags {
  readonly filter: string;
  readonly format?: ExportFormat;
  readonly withSecrets?: true;
}

/** Pieces of the export, each asked for when the one before is written. */
async function* pieces(capture: CaptureClient, exportId: string, signal: AbortSignal): AsyncGenerator<string> {
  for (;;) {
    const { lines, done } = await capture.export.read({ exportId }, { signal });
    yield lines;
    if (done) return;
  }
}

/** Writes captured exchanges to a file, or to stdout. */
export async function exportCapture(
  file: string | undefined,
  flags: ExportFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const target = await resolveTarget(flags, terminal);
  const { openCapture } = await import('../capture-session.ts');
  await using session = await openCapture(target, terminal.interrupted);
  const over = AbortSignal.any([terminal.interrupted, session.ended]);
  const { filter, withSecrets: secrets = false } = flags;
  const { exportId, rows } = await session.capture.export.open({ query: filter, secrets }, { signal: over });
  await using writer = new ExportWriter({
    format: flags.format ?? formatOfFile(file),
    path: file,
    output: terminal.stdout,
    header: {
      whub: 'capture',
      version: RECORD_VERSION,
      exported: new Date().toISOString(),
      filter,
      masked: !secrets,
    },
    version: VERSION,
    baseUrl: new URL(target.url).href.replace(/^ws/, 'http'),
  });
  for await (const lines of pieces(session.capture, exportId, over)) await writer.write(lines);
  await writer.finish();
  const masked = secrets ? 'with their secrets' : 'secrets replaced';
  printLine(terminal.stderr, `whub: ${String(rows)} exchanges exported, ${masked}`);
  return ExitCode.Ok;
}

export function addExportCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('export')
    .description('write captured exchanges to a file; needs the key of a manager')
    .argument('[file]', 'its ending says the format: .ndjson, .har or .whub; stdout if absent')
    .option('--filter <query>', 'only those that match, see docs/query.md', '')
    .addOption(
      new Option('--format <format>', 'NDJSON, HAR 1.2, or a capture file for "whub import"').choices(EXPORT_FORMATS),
    )
    .option('--with-secrets', 'as they are stored; otherwise what the configuration calls secret is replaced');
  withExamples(withConnectFlags(command), [
    'whub export traffic.whub',
    'whub export slow.har --filter "dur>1s last:1h"',
    'whub export --filter "service:math" | jq .status',
  ]).action((file: string | undefined, flags: ExportFlags) => run((terminal) => exportCapture(file, flags, terminal)));
}
