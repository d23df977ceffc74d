import { Command } from 'commander';
import { addAuditCommand } from './commands/audit.ts';
import { addBlockCommand } from './commands/block.ts';
import { addCallCommand } from './commands/call.ts';
import { addCertCommand } from './commands/cert.ts';
import { addClientCommand } from './commands/client.ts';
import { addConfigCommand } from './commands/config.ts';
import { addConsoleCommand } from './commands/console.ts';
import { addContextCommand } from './commands/context.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addProvideCommand } from './commands/provide.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSendCommand } from './commands/send.ts';
import { addServicesCommand } from './commands/services.ts';
import { addStatusCommand } from './commands/status.ts';
import { addStopCommand } from './commands/stop.ts';
import { addTapCommand } from './commands/tap.ts';
import type { RunCommand } from './run-command.ts';
import type { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

const ABOUT = `
Exit codes: 0 done (a status below 400), 1 failed, 2 wrong usage, 3 no connection, 4 status 4xx, 5 status 5xx.

Commands that connect take --url, --client and --key, else WHUB_URL, WHUB_CLIENT and WHUB_KEY, else the context in use,
else the hub that runs on this machine with the credential it made for the command line.

Examples:
  $ whub serve
  $ whub client add web --may-call "*"
  $ whub provide files --service docs --root ./docs
  $ whub call GET /docs/list/`;

/** The commands, each of which is done through `run`. Usage errors are thrown, after their text went to stderr. */
export function createProgram(terminal: Terminal, run: RunCommand): Command {
  const program = new Command('whub')
    .description('A hub that programs connect to: run it, administer it, call and provide services.')
    .version(VERSION, '-V, --version')
    .addHelpText('after', ABOUT)
    .showHelpAfterError('(see --help)')
    // A command and those below it may have options of the same name.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'whub: ')),
    })
    .exitOverride();
  for (const add of [
    addServeCommand,
    addStopCommand,
    addClientCommand,
    addCertCommand,
    addConfigCommand,
    addDoctorCommand,
    addBlockCommand,
    addAuditCommand,
    addContextCommand,
    addCallCommand,
    addProvideCommand,
    addTapCommand,
    addExportCommand,
    addImportCommand,
    addStatusCommand,
    addServicesCommand,
    addSendCommand,
    addConsoleCommand,
  ]) {
    add(program, run);
  }
  return program;
}
