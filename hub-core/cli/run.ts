import { CommanderError } from 'commander';
import { ExitCode } from './exit.ts';
import { exitCodeOfError } from './exit-code-of-error.ts';
import { createProgram } from './program.ts';
import { Interruption, printLine, type Terminal } from './terminal.ts';

/** One line for people. `WHUB_DEBUG` adds where it came from. */
function report(error: unknown, terminal: Terminal): void {
  const isDebugging = (terminal.env['WHUB_DEBUG'] ?? '') !== '';
  const message = error instanceof Error ? error.message : String(error);
  const text = isDebugging && error instanceof Error ? (error.stack ?? message) : message.split('\n', 1)[0];
  printLine(terminal.stderr, `whub: ${text ?? ''}`);
}

function failed(error: unknown, terminal: Terminal): number {
  // Help and version were printed already, usage errors too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
  if (error instanceof Interruption) return error.exitCode;
  if (terminal.interrupted.aborted) {
    const { reason } = terminal.interrupted as { reason: unknown };
    if (reason instanceof Interruption) return reason.exitCode;
  }
  report(error, terminal);
  return exitCodeOfError(error);
}

/** @returns the exit code; never throws */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = ExitCode.Ok;
  try {
    const program = createProgram(terminal, async (work) => {
      exitCode = await work(terminal);
    });
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return failed(error, terminal);
  }
}
