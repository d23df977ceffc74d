import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const ARTEFACT = /\.(deb|rpm|AppImage|tar\.gz|dmg|zip|exe)$/;

/** Writes SHA256SUMS beside the artefacts, as `sha256sum --check` reads it. */
export async function writeChecksums(folder) {
  const lines = [];
  for (const name of readdirSync(folder)
    .filter((each) => ARTEFACT.test(each))
    .toSorted()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
  return lines.length;
}
