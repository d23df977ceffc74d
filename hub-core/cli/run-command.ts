import type { ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Does the work of one command, whose exit code becomes the process's. */
export type RunCommand = (work: (terminal: Terminal) => Promise<ExitCode>) => Promise<void>;
