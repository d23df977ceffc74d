import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Puts a small text in the place of a file, or makes it, for this user alone. After a crash either this is there or what was before. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
