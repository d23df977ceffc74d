import { ConnectError, ConnectionLostError, DeadlineError, RefusedError, RemoteError } from '../client/node/index.ts';
import { CommandError, ExitCode, exitCodeOfStatus } from './exit.ts';

/** The exit code for whatever a command threw. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof RefusedError || error instanceof RemoteError || error instanceof DeadlineError) {
    return exitCodeOfStatus(error.status);
  }
  if (error instanceof ConnectError || error instanceof ConnectionLostError) return ExitCode.NoConnection;
  return ExitCode.Failure;
}
