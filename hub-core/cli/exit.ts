/** What the shell is told; documented in `whub --help`. */
export const ExitCode = {
  Ok: 0,
  Failure: 1,
  Usage: 2,
  NoConnection: 3,
  /** The answer's status is 4xx. */
  ClientStatus: 4,
  /** The answer's status is 5xx. */
  ServerStatus: 5,
  /** Ctrl-C, as shells have it: 128 + the signal's number. */
  Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends the command with one line on stderr. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const usageError = (message: string): CommandError => new CommandError(ExitCode.Usage, message);

/** 0 below 400, 4 for 4xx, 5 from 500. */
export function exitCodeOfStatus(status: number): ExitCode {
  if (status < 400) return ExitCode.Ok;
  return status < 500 ? ExitCode.ClientStatus : ExitCode.ServerStatus;
}
