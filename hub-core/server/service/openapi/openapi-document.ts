import { Method } from '../../../common/protocol/message.ts';
import { methodWord } from '../../../common/protocol/words.ts';
import { ALL_METHODS } from '../../../common/route/route-table.ts';
import type { JsonSchema } from '../route-definition.ts';
import type { DescribedRoute, DescribedService } from './described-service.ts';
import { openApiPath, type OpenApiPath } from './openapi-path.ts';
import { rebasedSchema } from './rebased-schema.ts';

type Members = Readonly<Record<string, unknown>>;

export interface OpenApiInput {
  readonly hub: { readonly name: string; readonly version: string };
  /** `http://127.0.0.1:7410` */
  readonly serverUrl: string;
  readonly services: readonly DescribedService[];
}

const PROBLEM_REF = '#/components/responses/Problem';
const PROBLEM: Members = {
  description: 'A problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
const PROBLEM_SCHEMA: Members = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', description: 'urn:whub:error: and the name of the error' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'the path it is about' },
    hub: { type: 'string' },
    request: { type: 'integer' },
    retry_after_ms: { type: 'number' },
  },
};
const SECURITY_SCHEMES: Members = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key of a client, or a token from POST /auth/login' },
  basic: { type: 'http', scheme: 'basic', description: "A client's id, and its key or password" },
};
const SECURITY = [{ bearer: [] }, { basic: [] }] as const;
/** Whose requests have no body. */
const BODILESS: ReadonlySet<Method> = new Set([Method.Get, Method.Head, Method.Delete, Method.Options]);

/** Collects schemas under names, so that what one refers to within itself can be found. */
class SchemaShelf {
  readonly #schemas: Record<string, JsonSchema | Members> = { Problem: PROBLEM_SCHEMA };

  get schemas(): Members {
    return this.#schemas;
  }

  /** @returns the reference to it */
  put(service: string, schema: JsonSchema): Members {
    const name = `${service}.${String(Object.keys(this.#schemas).length)}`;
    const $ref = `#/components/schemas/${name}`;
    this.#schemas[name] = rebasedSchema(schema, $ref);
    return { $ref };
  }
}

function parameters({ params }: OpenApiPath): readonly Members[] {
  return params.map(({ name, isRest }) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(isRest && { description: 'Any number of segments, slashes between them included; may be empty' }),
  }));
}

function jsonContent(schema: Members): Members {
  return { content: { 'application/json': { schema } } };
}

function operationOf(
  { id }: DescribedService,
  route: DescribedRoute,
  about: { readonly method: Method; readonly shelf: SchemaShelf; readonly path: OpenApiPath },
): Members {
  const { method, shelf, path } = about;
  const { summary, requestSchema, responseSchema, access } = route;
  const takesBody = requestSchema !== undefined || !BODILESS.has(method);
  const body = requestSchema === undefined ? { content: { '*/*': {} } } : jsonContent(shelf.put(id, requestSchema));
  const answer = responseSchema === undefined ? {} : jsonContent(shelf.put(id, responseSchema));
  return {
    tags: [id],
    ...(summary !== '' && { summary }),
    ...(path.params.length > 0 && { parameters: parameters(path) }),
    ...(takesBody && { requestBody: { required: requestSchema !== undefined, ...body } }),
    responses: { '2XX': { description: 'As the service answers', ...answer }, default: { $ref: PROBLEM_REF } },
    ...(access === 'anonymous' && { security: [] }),
  };
}

/** HTTP has no CALL. */
function httpMethods({ methods }: DescribedRoute): readonly Method[] {
  return (methods.length === 0 ? ALL_METHODS : methods).filter((method) => method !== Method.Call);
}

/** OpenAPI knows no `*rest`, so one may stand where a parameter stands already: that comes first, as it does when requests match. */
function byPrecision(routes: readonly DescribedRoute[]): readonly DescribedRoute[] {
  const isRest = ({ pattern }: DescribedRoute): number => (/\/\*\w+$/.test(pattern) ? 1 : 0);
  return routes.toSorted((one, other) => isRest(one) - isRest(other));
}

function pathsOf(service: DescribedService, shelf: SchemaShelf): Members {
  const paths = new Map<string, { readonly path: OpenApiPath; readonly item: Record<string, unknown> }>();
  for (const route of byPrecision(service.routes)) {
    const own = openApiPath(service.id, route.pattern);
    const { path, item } = paths.get(own.shape) ?? { path: own, item: {} };
    for (const method of httpMethods(route)) {
      item[methodWord(method).toLowerCase()] ??= operationOf(service, route, { method, shelf, path });
    }
    if (Object.keys(item).length > 0) paths.set(own.shape, { path, item });
  }
  return Object.fromEntries(Array.from(paths.values(), ({ path, item }) => [path.path, item]));
}

function probe(summary: string): Members {
  return {
    get: {
      tags: ['hub'],
      summary,
      security: [],
      responses: { '200': { description: 'It is' }, default: { $ref: PROBLEM_REF } },
    },
  };
}

/**
 * Describes services as HTTP callers reach them.
 *
 * @see OpenAPI Specification 3.1.1
 */
export function openApiDocument({ hub, serverUrl, services }: OpenApiInput): Members {
  const shelf = new SchemaShelf();
  const paths: Record<string, unknown> = {
    '/healthz': probe('Whether the hub is alive'),
    '/readyz': probe('Whether it takes requests'),
  };
  for (const service of services) Object.assign(paths, pathsOf(service, shelf));
  const tags = services.map(({ id, description }) => ({ name: id, ...(description !== '' && { description }) }));
  return {
    openapi: '3.1.1',
    info: { title: hub.name, version: hub.version, description: 'The services of this hub that you may call.' },
    servers: [{ url: serverUrl }],
    security: SECURITY,
    tags: [{ name: 'hub' }, ...tags],
    paths,
    components: { schemas: shelf.schemas, responses: { Problem: PROBLEM }, securitySchemes: SECURITY_SCHEMES },
  };
}
