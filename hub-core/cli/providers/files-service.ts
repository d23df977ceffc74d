import { constants, type Dirent, type Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { contentType } from 'mime-types';
import parseRange from 'range-parser';
import { RequestError, type ProvideOptions, type ProviderRequest, type ReplyInit } from '../../client/node/index.ts';
import { isNotModified, rangeApplies, versionOf, type Version } from './conditional.ts';
import { readPart, type FilePart } from './file-part.ts';
import { fileError, resolveWithin } from './root-guard.ts';

export interface FilesServiceOptions {
  readonly id: string;
  /** Absolute, free of symbolic links. */
  readonly root: string;
}

/** One row of a listing. `link` is a symbolic link that leaves the folder, or leads nowhere. */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number | null;
  readonly modified: string | null;
}

/** Entries looked at together, so that a large folder does not take every file descriptor. */
const LOOK_TOGETHER = 64;

/**
 * Does not follow a link put in place since the check, and does not wait for a pipe's other end. Windows has neither flag,
 * and what is absent counts as 0.
 */
const READ_SAFELY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function typeOf(stats: Stats): ListedEntry['type'] {
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}

async function describe(root: string, path: string, entry: Dirent): Promise<ListedEntry> {
  const { name } = entry;
  try {
    const stats = await stat(await resolveWithin(root, path === '' ? name : join(path, name)));
    return { name, type: typeOf(stats), size: stats.isFile() ? stats.size : null, modified: stats.mtime.toISOString() };
  } catch (error) {
    // Gone meanwhile, without permission, or out of the folder: it is listed, and nothing more is said of it.
    if (!(error instanceof RequestError) && !(error instanceof Error && 'code' in error)) throw error;
    return { name, type: entry.isSymbolicLink() ? 'link' : 'other', size: null, modified: null };
  }
}

async function listFolder(root: string, path: string): Promise<ListedEntry[]> {
  const folder = await resolveWithin(root, path);
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') {
      throw new RequestError('BAD_REQUEST_ERR', `Cannot list "${path}": it is a file; "get" reads it`);
    }
    throw fileError(error, path);
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  const rows: ListedEntry[] = [];
  for (let at = 0; at < entries.length; at += LOOK_TOGETHER) {
    const some = entries.slice(at, at + LOOK_TOGETHER);
    rows.push(...(await Promise.all(some.map((entry) => describe(root, path, entry)))));
  }
  return rows;
}

interface Part extends FilePart {
  readonly status: 200 | 206;
}

/** What of a file the caller asked for; undefined when its range lies outside. Several ranges are answered by the whole. */
function partOf(request: ProviderRequest, size: number, version: Version): Part | undefined {
  const whole: Part = { status: 200, start: 0, length: size };
  const wanted = request.headers.get('range');
  if (wanted === undefined || !rangeApplies(request.headers, version)) return whole;
  const ranges = parseRange(size, wanted);
  if (ranges === -1) return undefined;
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return whole;
  const [range] = ranges;
  return range === undefined ? whole : { status: 206, start: range.start, length: range.end - range.start + 1 };
}

async function sendFile(request: ProviderRequest, options: FilesServiceOptions): Promise<ReplyInit> {
  const path = request.params['path'] ?? '';
  const real = await resolveWithin(options.root, path);
  try {
    await using opened = new AsyncDisposableStack();
    const file = opened.use(await open(real, READ_SAFELY));
    const stats = await file.stat();
    if (stats.isDirectory())
      throw new RequestError('NOT_FOUND_ERR', `Cannot get "${path}": it is a folder; "list" shows it`);
    if (!stats.isFile()) throw new RequestError('FORBIDDEN_ERR', `Cannot get "${path}": it is no regular file`);
    const [reply, part] = describeFile(request, stats, path);
    if (part === undefined) return reply;
    // From here on it is closed by whoever reads the body.
    opened.move();
    return { ...reply, body: await readPart(file, part) };
  } catch (error) {
    throw error instanceof RequestError ? error : fileError(error, path);
  }
}

/** @returns the answer but for its body, and the part of the file that is the body */
function describeFile(
  request: ProviderRequest,
  stats: Stats,
  path: string,
): readonly [ReplyInit, FilePart | undefined] {
  const { size } = stats;
  const version = versionOf(size, stats.mtimeMs);
  const headers: Record<string, string> = {
    etag: version.etag,
    'last-modified': new Date(version.modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (isNotModified(request.headers, version)) return [{ status: 304, headers }, undefined];
  const part = partOf(request, size, version);
  if (part === undefined) {
    return [{ status: 416, headers: { ...headers, 'content-range': `bytes */${String(size)}` } }, undefined];
  }
  headers['content-type'] = contentType(extname(basename(path))) || 'application/octet-stream';
  // Files are data here, not pages of the hub's own origin.
  headers['x-content-type-options'] = 'nosniff';
  headers['content-security-policy'] = 'sandbox';
  if (part.status === 206) {
    headers['content-range'] = `bytes ${String(part.start)}-${String(part.start + part.length - 1)}/${String(size)}`;
  }
  headers['content-length'] = String(part.length);
  return [{ status: part.status, headers }, request.method === 'HEAD' ? undefined : part];
}

/** A folder at `GET /ID/list/*path` and `GET /ID/get/*path`. */
export function filesService(options: FilesServiceOptions): ProvideOptions {
  return {
    id: options.id,
    description: 'Files of a folder',
    routes: [
      {
        pattern: '/list/*path',
        methods: ['GET'],
        summary: 'What a folder holds: name, type, size, modified',
        handler: async ({ params }) => ({ json: await listFolder(options.root, params['path'] ?? '') }),
      },
      {
        pattern: '/get/*path',
        methods: ['GET', 'HEAD'],
        stream: true,
        summary: 'A file, or the part of it that "range" names',
        handler: (request) => sendFile(request, options),
      },
    ],
  };
}
