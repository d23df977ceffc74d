import { describe, expect, it } from 'vitest';
import { connectionId, isClientId, isServiceId, providerId, type ServiceId } from './ids.ts';

const LONGEST = 'a'.repeat(64);

describe('isClientId', () => {
  it.each(['a', 'A', '7', 'billing', 'Billing-2_x.y', LONGEST])('[DI5] accepts "%s"', (id) => {
    expect(isClientId(id)).toBe(true);
  });

  it.each(['', '.a', '-a', '_a', 'a b', 'a/b', 'ä', 'a\n', `${LONGEST}a`, 'a\u0000'])('[DI5] refuses %j', (id) => {
    expect(isClientId(id)).toBe(false);
  });
});

describe('isServiceId', () => {
  it.each(['a', '7', 'math', 'math-2_x.y', LONGEST])('[DI5] accepts "%s"', (id) => {
    expect(isServiceId(id)).toBe(true);
  });

  it.each(['', 'A', 'math/', '.math', 'ma th', 'math\n', `${LONGEST}a`])('[DI5] refuses %j', (id) => {
    expect(isServiceId(id)).toBe(false);
  });
});

describe('providerId', () => {
  it('[DI5] names the service and the connection', () => {
    expect(providerId('math' as ServiceId, connectionId('c17'))).toBe('math@c17');
  });
});
