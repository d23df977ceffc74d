import { RequestError } from '../errors/hub-error.ts';

/** The path of a uri and its query, without the `?`. */
export interface SplitUri {
  readonly path: string;
  readonly query: string;
}

export function splitUri(uri: string): SplitUri {
  const mark = uri.indexOf('?');
  return mark < 0 ? { path: uri, query: '' } : { path: uri.slice(0, mark), query: uri.slice(mark + 1) };
}

function refused(path: string, reason: string): RequestError {
  return new RequestError('BAD_REQUEST_ERR', `Cannot use path "${path}": ${reason}`, { instance: path });
}

function decodeSegment(segment: string, path: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new RequestError('BAD_REQUEST_ERR', `Cannot use path "${path}": "${segment}" is no percent-encoded UTF-8`, {
      instance: path,
      cause: error,
    });
  }
}

/** What a segment may not hold after decoding: whoever joins it to a path again would be led astray by it. */
function isUnsafe(segment: string): boolean {
  return (
    segment === '.' || segment === '..' || segment.includes('/') || segment.includes('\\') || segment.includes('\0')
  );
}

/**
 * Splits a path at `/` and decodes each segment once.
 *
 * @param path starts with `/`, no query
 * @returns the segments after the first `/`: `/a/b` gives `a`, `b`; `/a/` gives `a` and an empty one
 * @throws {RequestError} BAD_REQUEST_ERR when it does not start with `/`, is not well encoded, or a segment decodes to `.`
 *   or `..` or holds `/`, `\` or NUL
 */
export function splitPath(path: string): readonly string[] {
  if (!path.startsWith('/')) throw refused(path, 'it does not start with "/"');
  return path
    .slice(1)
    .split('/')
    .map((encoded) => {
      const segment = decodeSegment(encoded, path);
      if (isUnsafe(segment)) throw refused(path, `segment "${encoded}" is ".", ".." or holds "/", "\\" or NUL`);
      return segment;
    });
}
