// Writes the test vectors in schemas/vectors that follow from others; its README.md says what is where.
//
//   node tools/vectors.mjs            good/*.bin from good/*.json, the other layouts, malformed.json, udp.json
//   node tools/vectors.mjs --check    writes nothing; exit 1 with the first file that is not what would be written
//   --folder DIR                      another folder than schemas/vectors
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBinaryCodec } from '../hub-core/common/protocol/binary-codec.ts';
import { createJsonCodec } from '../hub-core/common/protocol/json-codec.ts';
import { DEFAULT_CODEC_LIMITS } from '../hub-core/common/protocol/limits.ts';
import { udpVectors } from './support/udp-vectors.mjs';
import { BROKEN_TEXTS, brokenFrames, otherLayouts } from './support/vector-recipes.mjs';

const VECTORS = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'schemas/vectors');
const OTHER_LAYOUT = 'layout-';

const binary = createBinaryCodec(DEFAULT_CODEC_LIMITS);
const encode = (message) => binary.encode(message);
const json = createJsonCodec(DEFAULT_CODEC_LIMITS);

function malformed() {
  const entry = (form, [name, why, content, status = 400]) => ({
    name: `${form}-${name}`,
    form,
    why,
    status,
    ...(typeof content === 'string' ? { text: content } : { hex: Buffer.from(content).toString('hex') }),
  });
  const entries = [
    ...brokenFrames(encode).map((recipe) => entry('binary', recipe)),
    ...BROKEN_TEXTS.map((recipe) => entry('json', recipe)),
  ];
  return Buffer.from(`${JSON.stringify(entries, null, 1)}\n`);
}

/** Path below the folder → bytes. */
async function makeVectors(folder) {
  const good = path.join(folder, 'good');
  const udp = Buffer.from(`${JSON.stringify(udpVectors(encode), null, 1)}\n`);
  const written = new Map([
    ['malformed.json', malformed()],
    ['udp.json', udp],
  ]);
  for (const file of (await readdir(good)).toSorted()) {
    if (!file.endsWith('.json') || file.startsWith(OTHER_LAYOUT)) continue;
    const message = json.decode(await readFile(path.join(good, file)));
    written.set(`good/${path.basename(file, '.json')}.bin`, encode(message));
  }
  for (const [name, [text, bytes]] of otherLayouts(encode)) {
    written.set(`good/${name}.json`, Buffer.from(`${text}\n`));
    written.set(`good/${name}.bin`, bytes);
  }
  return written;
}

async function findStale(written, folder) {
  for (const [file, wanted] of written) {
    const found = await readFile(path.join(folder, file)).catch(() => undefined);
    if (found === undefined) return `${file}: missing`;
    if (Buffer.compare(found, wanted) !== 0) return `${file}: differs`;
  }
  const present = await readdir(path.join(folder, 'good'));
  const extra = present.find((file) => file.endsWith('.bin') && !written.has(`good/${file}`));
  return extra === undefined ? undefined : `good/${extra}: follows from nothing`;
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, folder: { type: 'string', default: VECTORS } },
});
const written = await makeVectors(values.folder);
if (values.check) {
  const stale = await findStale(written, values.folder);
  if (stale !== undefined) {
    console.error(`Test vectors are not up to date: run \`npm run vectors\`\n${stale}`);
    process.exitCode = 1;
  }
} else {
  for (const [file, bytes] of written) await writeFile(path.join(values.folder, file), bytes);
  console.log(`${written.size} files written to ${path.relative(process.cwd(), values.folder)}`);
}
