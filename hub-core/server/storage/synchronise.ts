import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Returns when what was written to a file, or the names in a folder, are on the disk. */
export function synchronise(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
