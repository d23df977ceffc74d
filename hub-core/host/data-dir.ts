import { resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where a hub keeps its data when nobody says otherwise: `WHUB_DATA`, else the platform's usual folder. */
export function defaultDataDir(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const { WHUB_DATA: chosen } = environment;
  return chosen === undefined || chosen === '' ? envPaths('whub', { suffix: '' }).data : resolve(chosen);
}
