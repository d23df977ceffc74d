import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { RequestError } from '../../client/node/index.ts';

/** What no segment may be or hold. The hub refuses most of it before; a folder must not depend on that. */
function isUnsafe(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..') return true;
  // A colon names a drive or a stream on Windows; elsewhere it is a letter like any other.
  return /[/\\\0]/.test(segment) || (process.platform === 'win32' && segment.includes(':'));
}

/** True when `path` is `root` or lies below it; both absolute and free of symbolic links. */
export function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** A file system error in the words of the path that was asked for: Node's own texts name real paths. */
export function fileError(error: unknown, shown: string): RequestError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const options = { cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') {
    return new RequestError('NOT_FOUND_ERR', `Cannot find "${shown}": there is nothing of that name`, options);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new RequestError('FORBIDDEN_ERR', `Cannot read "${shown}": the provider may not open it`, options);
  }
  return new RequestError('PROVIDER_ERR', `Cannot read "${shown}": ${code}`, options);
}

/**
 * The real place of a path below a folder: every symbolic link is followed first, then it must still be inside.
 *
 * @param root absolute, free of symbolic links
 * @param path segments joined by `/`, decoded; empty = the root itself; one slash at the end is ignored
 * @throws {RequestError} 400 for a path that is none, 403 for one that leaves the root, 404 when there is nothing
 */
export async function resolveWithin(root: string, path: string): Promise<string> {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  const segments = trimmed === '' ? [] : trimmed.split('/');
  if (segments.some(isUnsafe)) {
    throw new RequestError(
      'BAD_REQUEST_ERR',
      `Cannot use path "${path}": a segment is empty, ".", ".." or holds "\\" or NUL`,
    );
  }
  let real: string;
  try {
    real = await realpath(join(root, ...segments));
  } catch (error) {
    throw fileError(error, path);
  }
  if (isWithin(root, real)) return real;
  throw new RequestError('FORBIDDEN_ERR', `Cannot read "${path}": it is a link that leaves the provided folder`);
}
