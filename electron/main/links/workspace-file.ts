import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

export const WORKSPACE_ENDING = '.whub';
const MAX_BYTES = 64 << 10;

const workspaceSchema = z.strictObject({
  version: z.literal(1),
  /** The hub's data folder, relative to the file. */
  dataDir: z.string().min(1).max(4096),
});

/** A file that cannot be opened; the message says why. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
}

/** On another machine: merely looking there would tell it who is looking. */
function isRemote(path: string): boolean {
  return /^[/\\]{2}/.test(path) || /^[a-z][a-z\d+.-]+:\/\//i.test(path);
}

/** Captured traffic has the same ending, and is compressed. */
export function isCaptureFile(path: string): boolean {
  if (isRemote(path)) return false;
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // Said by whoever reads it.
    return false;
  }
  try {
    const head = Buffer.alloc(2);
    readSync(file, head, 0, head.length, 0);
    return head[0] === 0x1f && head[1] === 0x8b;
  } catch {
    // A folder, for example.
    return false;
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a workspace, `{ "version": 1, "dataDir": "./data" }`.
 *
 * @returns the absolute path of its data folder
 * @throws {WorkspaceError} when it is none
 */
export function readWorkspaceFile(path: string): string {
  const fail = (state: string): never => {
    throw new WorkspaceError(`Cannot open the workspace "${path}": ${state}`);
  };
  if (isRemote(path)) fail('it is on another machine; copy it here first');
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) return fail('it is too large to be one');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof WorkspaceError) throw error;
    return fail('it cannot be read');
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Said in the message, with what it should be.
    return fail('it is no JSON; a workspace is {"version": 1, "dataDir": "./data"}');
  }
  const parsed = workspaceSchema.safeParse(content);
  if (!parsed.success) return fail('it is no workspace of version 1; that is {"version": 1, "dataDir": "./data"}');
  const { dataDir } = parsed.data;
  if (isRemote(dataDir) || dataDir.includes('\0')) return fail(`its data folder "${dataDir}" is not on this machine`);
  return resolve(dirname(path), dataDir);
}
