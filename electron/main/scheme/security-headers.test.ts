import { expect, it } from 'vitest';
import { SECURITY_HEADERS } from './security-headers.ts';

it('[EL4] the content security policy allows own files only, and nothing inline', () => {
  const policy = new Map(
    SECURITY_HEADERS['content-security-policy']?.split('; ').map((directive) => {
      const [name, ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
  );
  expect(Object.fromEntries(policy)).toEqual({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'worker-src': "'self'",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
});
