const INDEX = 'index.html';

/**
 * The file of the renderer that a URL's path asks for, relative to its folder.
 *
 * @param pathname of a parsed URL: percent-encoded, with `..` segments already resolved by the parser
 * @returns segments joined by `/`, or undefined when the path is malformed or could leave the folder on any platform
 */
export function assetPath(pathname: string): string | undefined {
  if (pathname === '' || pathname === '/') return INDEX;
  if (!pathname.startsWith('/')) return undefined;
  const segments: string[] = [];
  for (const encoded of pathname.slice(1).split('/')) {
    const segment = decode(encoded);
    if (segment === undefined || !isPlainName(segment)) return undefined;
    segments.push(segment);
  }
  return segments.join('/');
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoding at all: the caller answers as to any other path that names nothing.
    return undefined;
  }
}

/** A name that stays where it is on every file system: no separator, drive, stream, control character or way up. */
function isPlainName(segment: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what must be found
  return segment !== '' && segment !== '.' && segment !== '..' && !/[/\\:\u0000-\u001F]/.test(segment);
}
