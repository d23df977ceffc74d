import { describe, expect, it } from 'vitest';
import { CredentialError, HubError, ProtocolError, RemoteError, RequestError } from './hub-error.ts';

describe('HubError', () => {
  it('[ER2] carries the stable code, the wire’s name and its status', () => {
    const cause = new Error('below');
    const error = new RequestError('NOT_FOUND_ERR', 'Cannot find "/x"', { cause, instance: '/x', extra: { hint: 1 } });
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({
      name: 'RequestError',
      message: 'Cannot find "/x"',
      code: 'WHUB_NOT_FOUND',
      errorName: 'NOT_FOUND_ERR',
      status: 404,
      cause,
      instance: '/x',
      extra: { hint: 1 },
    });
  });

  it('[ER2] ProtocolError is a bad request unless it says too large; CredentialError is unauthorized', () => {
    expect(new ProtocolError('x').status).toBe(400);
    expect(new ProtocolError('x', { errorName: 'TOO_LARGE_ERR' }).status).toBe(413);
    expect(new CredentialError('x')).toMatchObject({ name: 'CredentialError', code: 'WHUB_UNAUTHORIZED', status: 401 });
  });

  it('[ER2] RemoteError is no HubError: what another process answered says nothing about this one', () => {
    expect(new RemoteError(404, 'NOT_FOUND_ERR', 'gone')).not.toBeInstanceOf(HubError);
    expect(new RemoteError(404, 'NOT_FOUND_ERR', 'gone').message).toBe('404 NOT_FOUND_ERR: gone');
    expect(new RemoteError(418, undefined, 'tea').message).toBe('418 error: tea');
  });
});
