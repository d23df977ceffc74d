import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HubStartError } from '../../server/hub/hub-start-error.ts';

/** Its name in the data folder. */
const FILE_NAME = 'whub.config.json';
const MAX_FILE_BYTES = 1 << 20;

export interface ConfigurationFile {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the file that is named, by flag or by `WHUB_CONFIG_FILE`, else the one in the data folder.
 *
 * @returns undefined when none is named and the data folder has none
 * @throws {HubStartError} when it cannot be read, or is no JSON object
 */
export function readConfigurationFile(where: {
  readonly dataDir: string;
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): ConfigurationFile | undefined {
  const { WHUB_CONFIG_FILE: variable = '' } = where.environment;
  const named = where.file ?? (variable === '' ? undefined : variable);
  const path = resolve(named ?? join(where.dataDir, FILE_NAME));
  const text = readText(path, named !== undefined);
  if (text === undefined) return undefined;
  const content = parseText(text, path);
  if (isRecord(content)) return { path, content };
  throw new HubStartError(`Cannot use the configuration "${path}": write it as a JSON object, {"port": 7410}`);
}

function readText(path: string, mustExist: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    // A data folder that is a file is told of by the hub itself.
    if (!mustExist && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new HubStartError(`Cannot read the configuration "${path}": ${code}`, { cause: error });
  }
}

function parseText(text: string, path: string): unknown {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    throw new HubStartError(
      `Cannot use the configuration "${path}": it is longer than ${String(MAX_FILE_BYTES)} bytes`,
    );
  }
  try {
    // Editors of some systems begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HubStartError(`Cannot use the configuration "${path}": it is no JSON: ${reason}`, { cause: error });
  }
}
