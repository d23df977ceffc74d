import { describe, expect, it } from 'vitest';
import { clientFormSchema } from './grants.ts';

describe('clientFormSchema', () => {
  it('[UI55] takes grants apart at spaces and commas', () => {
    expect(clientFormSchema.parse({ client: 'a-1', mayCall: ' math.*,geo  files ', mayProvide: '' })).toEqual({
      client: 'a-1',
      mayCall: ['math.*', 'geo', 'files'],
      mayProvide: [],
    });
  });
  it.each([
    { client: '', mayCall: '', mayProvide: '' },
    { client: 'a b', mayCall: '', mayProvide: '' },
    { client: 'a', mayCall: 'Math', mayProvide: '' },
    { client: 'a', mayCall: '', mayProvide: 'x/y' },
  ])('[UI55] refuses what the contract would refuse: %j', (fields) => {
    expect(clientFormSchema.safeParse(fields).success).toBe(false);
  });
});
