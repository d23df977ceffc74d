import { describe, expect, it } from 'vitest';
import {
  ClientClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  RefusedError,
  RemoteError,
} from '../client/node/index.ts';
import { exitCodeOfError } from './exit-code-of-error.ts';
import { CommandError, ExitCode, exitCodeOfStatus, usageError } from './exit.ts';

describe('exit codes', () => {
  it.each([
    [200, 0],
    [304, 0],
    [399, 0],
    [400, 4],
    [499, 4],
    [500, 5],
    [504, 5],
  ])('[CM1] status %i is exit code %i', (status, code) => {
    expect(exitCodeOfStatus(status)).toBe(code);
  });

  it.each([
    [new ConnectError('nobody there'), 3],
    [new ConnectionLostError('lost'), 3],
    [new RefusedError(401, 'revoked'), 4],
    [new DeadlineError('late'), 5],
    [new RemoteError(403, 'FORBIDDEN_ERR', 'no grant'), 4],
    [new RemoteError(503, 'UNAVAILABLE_ERR', 'queue full'), 5],
    [usageError('wrong'), 2],
    [new CommandError(ExitCode.Failure, 'failed'), 1],
    [new ClientClosedError('closed'), 1],
    ['anything', 1],
  ])('[CM1] %s is exit code %i', (error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});
