import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import type { CustomScheme } from 'electron';
import { contentType } from 'mime-types';
import { assetPath } from './asset-path.ts';
import { bodyAnswer, parseBodyPath } from './body-answer.ts';
import type { ReadBody } from './body-answer.ts';
import { isOwnUrl, SCHEME } from './origin.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Has to be registered before the app is ready. */
export const CONSOLE_SCHEME: CustomScheme = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
};

export interface BodySource {
  readBody: ReadBody;
}

/** Serves the console: its built files from `assetsDir`, and captured bodies out of the store. */
export function serveConsole(assetsDir: string, source: BodySource): void {
  protocol.handle(SCHEME, async (request) => {
    const response = await answer(request, assetsDir, source);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    return response;
  });
}

async function answer(request: Request, assetsDir: string, source: BodySource): Promise<Response> {
  if (!isOwnUrl(request.url)) return new Response(null, { status: 404 });
  if (request.method !== 'GET') return new Response(null, { status: 405, headers: { allow: 'GET' } });
  const { pathname } = new URL(request.url);
  const body = parseBodyPath(pathname);
  if (body !== undefined) return bodyAnswer(body, request.headers.get('range'), source.readBody.bind(source));
  const path = assetPath(pathname);
  return path === undefined ? new Response(null, { status: 404 }) : fileAnswer(assetsDir, path);
}

async function fileAnswer(assetsDir: string, path: string): Promise<Response> {
  try {
    const bytes = await readFile(join(assetsDir, path));
    return new Response(bytes, {
      headers: { 'content-type': contentType(path.slice(path.lastIndexOf('/') + 1)) || 'application/octet-stream' },
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return new Response(null, { status: 404 });
    throw error;
  }
}
