import { describe, expect, it } from 'vitest';
import { Method } from '../../../common/protocol/message.ts';
import { holdsSecrets } from './secret-bodies.ts';

describe('holdsSecrets()', () => {
  it('[AU35] is true for logins, tokens, and whatever may make a key or set a password', () => {
    const secret: readonly (readonly [Method, string])[] = [
      [Method.Post, '/auth/login'],
      [Method.Call, '/auth/token?x=1'],
      [Method.Post, '/%61uth/login'],
      [Method.Post, '/clients/signup'],
      [Method.Put, '/clients/a'],
      [Method.Post, '/%63lients/a/credentials'],
      [Method.Call, '/clients'],
    ];
    expect(secret.filter(([method, uri]) => !holdsSecrets({ method, uri }))).toEqual([]);
  });

  it('[AU35] is false for everything else, malformed paths among it', () => {
    const open: readonly (readonly [Method, string])[] = [
      [Method.Get, '/clients/'],
      [Method.Post, '/authors/login'],
      [Method.Post, '/orders/auth'],
      [Method.Post, '/%zz'],
      [Method.Post, ''],
    ];
    expect(open.filter(([method, uri]) => holdsSecrets({ method, uri }))).toEqual([]);
  });
});
