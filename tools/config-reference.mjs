// Writes the table of settings in docs/configuration.md from the schema of the configuration.
//
//   node tools/config-reference.mjs            writes the table
//   node tools/config-reference.mjs --check    writes nothing; exit 1 when the table is not what would be written
//   --file FILE                                another document
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { listSettings } from '../hub-core/host/configuration/setting.ts';
import { ROOT } from './support/project.mjs';

const DOCUMENT = join(ROOT, 'docs/configuration.md');
const BEGIN = '<!-- settings: written by `npm run config:reference` -->';
const END = '<!-- end of settings -->';

const cell = (text) => text.replaceAll('|', '\\|');

function table() {
  const rows = listSettings().map(
    ({ name, fallback, description }) =>
      `| \`${name}\` | \`${cell(JSON.stringify(fallback))}\` | ${cell(description)} |`,
  );
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, file: { type: 'string' } },
});
const path = values.file ?? DOCUMENT;
const text = await readFile(path, 'utf8');
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
if (begin < 0 || end < begin) {
  console.error(`Cannot find the table of settings in "${path}": it stands between "${BEGIN}" and "${END}"`);
  process.exitCode = 1;
} else {
  const made = `${text.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${text.slice(end)}`;
  const wanted = await format(made, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
  if (!values.check) await writeFile(path, wanted);
  else if (wanted !== text) {
    console.error(`The settings in "${path}" are not those of the schema: run \`npm run config:reference\``);
    process.exitCode = 1;
  }
}
