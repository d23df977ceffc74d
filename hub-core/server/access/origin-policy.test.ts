import { describe, expect, it } from 'vitest';
import { createOriginPolicy } from './origin-policy.ts';

const HOST = '127.0.0.1:7410';

describe('createOriginPolicy', () => {
  const policy = createOriginPolicy(['https://app.example.org']);

  it.each([undefined, 'http://127.0.0.1:7410', 'https://app.example.org'])('[LI2] accepts() takes "%s"', (origin) => {
    expect(policy.accepts(origin, HOST)).toBe(true);
  });

  it.each([
    '',
    'null',
    'https://127.0.0.1:7410',
    'http://127.0.0.1',
    'http://127.0.0.1:74101',
    'http://localhost:7410',
    'http://127.0.0.1:7410/',
    'http://127.0.0.1:7410.evil.example',
    'http://evil.example/?http://127.0.0.1:7410',
    'http://evil.example',
    'http://app.example.org',
    'https://app.example.org:443',
    'https://app.example.org.evil.example',
    'https://evilapp.example.org',
    'http://127.0.0.1:7410, http://evil.example',
    'file://',
  ])('[LI2] accepts() refuses "%s"', (origin) => {
    expect(policy.accepts(origin, HOST)).toBe(false);
  });

  it('[LI2] isConfigured() tells origins that need CORS headers from the own one', () => {
    expect(policy.isConfigured('https://app.example.org')).toBe(true);
    expect(policy.isConfigured('http://127.0.0.1:7410')).toBe(false);
  });
});
