import type { HeaderList } from '../../client/node/index.ts';

/** What identifies one version of a file. */
export interface Version {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Whole seconds, as HTTP dates have them. */
  readonly modifiedMs: number;
}

export function versionOf(size: number, modifiedMs: number): Version {
  const etag = `"${size.toString(16)}-${Math.trunc(modifiedMs * 1_000).toString(16)}"`;
  return { etag, modifiedMs: Math.trunc(modifiedMs / 1_000) * 1_000 };
}

function dateOf(text: string | undefined): number {
  return text === undefined ? Number.NaN : Date.parse(text);
}

/**
 * True when the caller has this version already: 304.
 *
 * @see RFC 9110, 13.1.2 (If-None-Match wins) and 13.1.3
 */
export function isNotModified(headers: HeaderList, version: Version): boolean {
  const tags = headers.all('if-none-match').join(',');
  if (tags !== '') {
    return tags.split(',').some((tag) => {
      const wanted = tag.trim();
      return wanted === '*' || wanted.replace(/^W\//, '') === version.etag;
    });
  }
  return version.modifiedMs <= dateOf(headers.get('if-modified-since'));
}

/**
 * True when a Range may be answered: there is no If-Range, or it names this very version.
 *
 * @see RFC 9110, 13.1.5
 */
export function rangeApplies(headers: HeaderList, version: Version): boolean {
  const condition = headers.get('if-range');
  if (condition === undefined) return true;
  return condition.startsWith('"') ? condition === version.etag : dateOf(condition) === version.modifiedMs;
}
