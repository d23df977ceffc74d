import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const hubFileSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  port: z.int().positive(),
  /** `ws://127.0.0.1:7410/` */
  url: z.string(),
  /** Socket or pipe of {@link requestStop} and its like, and what must be said there to be heard. */
  control: z.object({ path: z.string(), secret: z.string() }),
});
/** What a running hub leaves in its data folder for other programs of the same user. */
export type HubFile = z.infer<typeof hubFileSchema>;

const pathOf = (dataDir: string): string => join(dataDir, 'hub.json');

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is one all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Written beside and renamed, so that nobody reads half of it. */
export async function writeHubFile(dataDir: string, file: HubFile): Promise<void> {
  const path = pathOf(dataDir);
  const fresh = `${path}.${String(process.pid)}`;
  await writeFile(fresh, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

export async function removeHubFile(dataDir: string): Promise<void> {
  await rm(pathOf(dataDir), { force: true });
}

/** @returns undefined when no hub runs on that folder, also when one died there without a word */
export async function readHubFile(dataDir: string): Promise<HubFile | undefined> {
  try {
    const parsed = hubFileSchema.safeParse(JSON.parse(await readFile(pathOf(dataDir), 'utf8')));
    return parsed.success && isRunning(parsed.data.pid) ? parsed.data : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
