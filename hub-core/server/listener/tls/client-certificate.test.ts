import { describe, expect, it } from 'vitest';
import { altNamesOf, clientNamedBy } from './client-certificate.ts';

describe('clientNamedBy', () => {
  it.each([
    ['the URI', 'DNS:a.example, URI:whub:client/cat', 'dog', 'cat'],
    ['the common name where there is no URI of ours', 'URI:https://example.org/cat', 'dog', 'dog'],
    ['the common name where there are no other names', undefined, 'dog', 'dog'],
  ])('[TL5] takes %s', (_what, altNames, commonName, client) => {
    expect(clientNamedBy(altNames, commonName)).toBe(client);
  });

  it.each([
    ['two URIs', 'URI:whub:client/cat, URI:whub:client/dog', 'cat'],
    ['a URI that holds no id, whatever the common name', 'URI:whub:client/a b', 'cat'],
    ['a common name that is no id', undefined, 'Anna Example'],
    ['several common names', undefined, ['cat', 'dog']],
    ['no name at all', undefined, undefined],
    ['a URI within the quotes of another name', 'DNS:"x, URI:whub:client/root, y"', undefined],
    ['a URI behind an escaped quote', String.raw`DNS:"x\", URI:whub:client/root"`, undefined],
  ])('[TL5] takes nobody for %s', (_what, altNames, commonName) => {
    expect(clientNamedBy(altNames, commonName)).toBeUndefined();
  });
});

describe('altNamesOf', () => {
  it('[TL5] cuts between names, not within them', () => {
    expect(altNamesOf('DNS:a, IP Address:127.0.0.1, DNS:"b, c", URI:d')).toEqual([
      'DNS:a',
      'IP Address:127.0.0.1',
      'DNS:"b, c"',
      'URI:d',
    ]);
    expect(altNamesOf('')).toEqual([]);
  });
});
