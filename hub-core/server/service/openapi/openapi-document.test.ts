import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { Method } from '../../../common/protocol/message.ts';
import type { DescribedRoute } from './described-service.ts';
import { openApiDocument } from './openapi-document.ts';
import { rebasedSchema } from './rebased-schema.ts';

const route = (pattern: string, init: Partial<DescribedRoute> = {}): DescribedRoute => ({
  pattern,
  methods: [Method.Get],
  summary: '',
  requestSchema: undefined,
  responseSchema: undefined,
  access: undefined,
  ...init,
});

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

function documentOf(...routes: readonly DescribedRoute[]): Described {
  const services = [{ id: 'shop', description: 'Sells', version: '1', routes }];
  const hub = { name: 'hub', version: '0.1.0' };
  return openApiDocument({ hub, serverUrl: 'http://127.0.0.1:7410', services }) as unknown as Described;
}

const own = ({ paths }: Described): string[] => Object.keys(paths).filter((path) => path.startsWith('/shop'));

describe('openApiDocument', () => {
  it('[OA1] writes patterns as paths with their parameters', () => {
    const document = documentOf(route('/'), route('/a b/:id/{x}'), route('/files/*path'));
    expect(own(document)).toEqual(['/shop/', '/shop/a%20b/{id}/%7Bx%7D', '/shop/files/{path}']);
    expect(document.paths['/shop/files/{path}']?.['get']?.['parameters']).toEqual([
      {
        name: 'path',
        in: 'path',
        required: true,
        schema: { type: 'string' },
        description: 'Any number of segments, slashes between them included; may be empty',
      },
    ]);
  });

  it('[OA1] has every method of HTTP for a route without any, and nothing for CALL', () => {
    const document = documentOf(route('/all', { methods: [] }), route('/call', { methods: [Method.Call] }));
    expect(own(document)).toEqual(['/shop/all']);
    expect(Object.keys(document.paths['/shop/all'] ?? {}).toSorted()).toEqual([
      'delete',
      'get',
      'head',
      'options',
      'patch',
      'post',
      'put',
    ]);
  });

  it('[OA1] takes paths that differ in names only, or in a rest, for one', () => {
    const document = documentOf(
      route('/*rest', { methods: [], summary: 'rest' }),
      route('/:id', { summary: 'one' }),
      route('/:key', { methods: [Method.Put], summary: 'put' }),
    );
    expect(own(document)).toEqual(['/shop/{id}']);
    const { get, put, post } = document.paths['/shop/{id}'] ?? {};
    expect([get?.['summary'], put?.['summary'], post?.['summary']]).toEqual(['one', 'put', 'rest']);
    expect(put?.['parameters']).toMatchObject([{ name: 'id' }]);
  });

  it('[OA2] is valid OpenAPI 3.1, whatever schemas there are', async () => {
    const tree = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, self: { $ref: '#' } } } },
      allOf: [{ $ref: '#/$defs/node' }],
    };
    const document = documentOf(
      route('/tree', { methods: [Method.Post], requestSchema: tree, responseSchema: true, access: 'anonymous' }),
      route('/:a/:b', { methods: [Method.Put, Method.Patch], requestSchema: false }),
    );
    const result = await validate(structuredClone(document) as never);
    expect(result).toMatchObject({ valid: true, specification: 'OpenAPI' });
  });

  it('[OA2] a document that is none is refused by the same judge', async () => {
    const result = await validate({ ...structuredClone(documentOf(route('/'))), paths: { nowhere: {} } } as never);
    expect(result.valid).toBe(false);
  });
});

describe('rebasedSchema', () => {
  it('[OA3] moves references within the schema, and leaves data, names and other documents alone', () => {
    const schema = {
      properties: { $ref: { $ref: '#' }, a: { $ref: '#/$defs/x' }, b: { $ref: 'https://example.org/s' } },
      const: { $ref: '#/kept' },
      enum: [{ $ref: '#' }],
      $defs: { x: { items: [{ $ref: '#/$defs/x' }] } },
    };
    expect(rebasedSchema(schema, '#/c/s')).toEqual({
      properties: { $ref: { $ref: '#/c/s' }, a: { $ref: '#/c/s/$defs/x' }, b: { $ref: 'https://example.org/s' } },
      const: { $ref: '#/kept' },
      enum: [{ $ref: '#' }],
      $defs: { x: { items: [{ $ref: '#/c/s/$defs/x' }] } },
    });
    const withId = { $id: 'https://example.org/t', items: { $ref: '#' } };
    expect(rebasedSchema(withId, '#/c/s')).toBe(withId);
    expect([rebasedSchema(true, '#'), rebasedSchema(false, '#')]).toEqual([{}, { not: {} }]);
  });
});
