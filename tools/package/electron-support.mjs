// node tools/package/electron-support.mjs NEWEST: fails when the project's Electron is none of the three newest majors.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isMain } from '../support/project.mjs';

const SUPPORTED_MAJORS = 3;

const majorOf = (version) => Number.parseInt(version, 10);

/** @returns {boolean} whether Electron of that version gets fixes while `newest` is the newest */
export function isSupported(version, newest) {
  return majorOf(newest) - majorOf(version) < SUPPORTED_MAJORS;
}

if (isMain(import.meta.url)) {
  const [newest = ''] = process.argv.slice(2);
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (!isSupported(devDependencies.electron, newest)) {
    console.error(
      `Electron ${devDependencies.electron} gets no fixes any more, ${newest} is out: see docs/releasing.md`,
    );
    process.exitCode = 1;
  }
}
