import { describe, expect, it } from 'vitest';
import { BindError } from '../listener/index.ts';
import { StorageError } from '../storage/storage-error.ts';
import { HubStartError } from './hub-start-error.ts';
import { startErrorOf } from './start-error-of.ts';

const TARGET = { port: 80 };
const coded = (code: string): Error => new BindError('127.0.0.1', Object.assign(new Error(code), { code }));

describe('startErrorOf', () => {
  it.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'])(
    '[SE26] says in one line what to do about %s',
    (code) => {
      const error = startErrorOf(coded(code), TARGET);
      expect(error).toBeInstanceOf(HubStartError);
      expect((error as Error).message).toMatch(/^Cannot listen on "127\.0\.0\.1": .*choose .*--(port|host)/);
    },
  );

  it('[SE26] keeps the words of storage, also when the clean-up failed too', () => {
    const cause = new StorageError('Cannot write: read-only');
    const both = new AggregateError([cause, new Error('more')], 'both', { cause });
    for (const error of [cause, both]) expect(startErrorOf(error, TARGET)).toEqual(new HubStartError(cause.message));
  });

  it('[SE26] leaves what nobody can mend as it is', () => {
    const error = new TypeError('bug');
    expect([startErrorOf(error, TARGET), startErrorOf('text', TARGET)]).toEqual([error, 'text']);
  });
});
