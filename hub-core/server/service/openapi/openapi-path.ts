import { parsePattern } from '../../../common/route/pattern.ts';

/** A pattern as OpenAPI writes it. */
export interface OpenApiPath {
  /** `/service/users/{id}` */
  readonly path: string;
  /** Equal for paths that OpenAPI takes for the same one, whatever their parameters are called. */
  readonly shape: string;
  readonly params: readonly { readonly name: string; readonly isRest: boolean }[];
}

export function openApiPath(service: string, pattern: string): OpenApiPath {
  const segments = parsePattern(pattern);
  const texts = segments.map((segment) =>
    segment.kind === 'literal' ? encodeURIComponent(segment.text) : `{${segment.name}}`,
  );
  const params = segments.flatMap((segment) =>
    segment.kind === 'literal' ? [] : [{ name: segment.name, isRest: segment.kind === 'rest' }],
  );
  const path = `/${service}/${texts.join('/')}`;
  return { path, shape: path.replaceAll(/\{\w+\}/g, '{}'), params };
}
