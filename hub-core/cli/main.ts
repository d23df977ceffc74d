import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

using terminal = processTerminal();
process.exitCode = await run(process.argv.slice(2), terminal);
