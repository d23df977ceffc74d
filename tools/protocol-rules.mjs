// npm run spec:protocol: holds sections 3 to 6 of docs/protocol.md, docs/protocol-rules.md and docs/SPEC.md together. Every
// sentence of the protocol has a row that names the rules which keep it, and every row belongs to a sentence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isMain } from './support/project.mjs';
import { rulesIn } from './spec-check.mjs';

const SECTIONS = /^## [3-6]\. /;
const ROW = /^\| (.+?) *\| ((?:[A-Z]{2}\d+(?:, )?)+|—) *\|$/;

/** What of a sentence counts when it is compared: its letters and digits, so that marks and line breaks may change. */
const print = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

/** Joins the lines of each paragraph, list item and table row; a block of code stays with the text before it. */
function* blocksOf(lines) {
  let block = '';
  let fenced = false;
  for (const line of lines) {
    const text = line.trim();
    const starts = /^(\d+\.|-|#+) /.test(text) || text.startsWith('|');
    if (text.startsWith('```')) fenced = !fenced;
    else if (!fenced) {
      if ((text === '' || starts) && block !== '') {
        yield block;
        block = '';
      }
      block = `${block} ${text.replace(/^(\d+\.|-) /, '')}`.trim();
    }
  }
  if (block !== '') yield block;
}

/** @returns {string[]} the sentences of sections 3 to 6, also such as end at a semicolon; of a table each row but its head */
export function sentencesIn(protocol) {
  let kept = false;
  const lines = protocol.split('\n').filter((line) => {
    if (line.startsWith('## ')) kept = SECTIONS.test(line);
    return kept;
  });
  const sentences = [];
  for (const block of blocksOf(lines)) {
    if (/^\|[ -]+\|[ -|]*$/.test(block)) sentences.pop();
    else if (block.startsWith('|')) sentences.push(block.replaceAll(/ *\| */g, ' ').trim());
    else if (!block.startsWith('#')) {
      const text = block.replace(/^\*\*[\w ]+\.\*\* /, '');
      sentences.push(...text.split(/(?<=[.;]) /));
    }
  }
  return sentences;
}

/** @returns {{ beginning: string, ids: string[] }[]} the rows of docs/protocol-rules.md */
export function rowsIn(mapping) {
  return mapping
    .split('\n')
    .map((line) => ROW.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, beginning, ids]) => ({ beginning, ids: ids === '—' ? [] : ids.split(', ') }));
}

/** @returns {string[]} what does not fit; empty when all does */
export function unmatched({ protocol, mapping, spec }) {
  const sentences = sentencesIn(protocol).map((text) => ({ text, print: print(text), rows: 0 }));
  const known = new Set(rulesIn(spec));
  const problems = [];
  for (const { beginning, ids } of rowsIn(mapping)) {
    const found = sentences.filter((sentence) => sentence.print.startsWith(print(beginning)));
    if (found.length !== 1)
      problems.push(`"${beginning}" begins ${String(found.length)} sentences of the protocol, not one`);
    else found[0].rows += 1;
    for (const id of ids)
      if (!known.has(id)) problems.push(`"${beginning}" names ${id}, which is no rule of docs/SPEC.md`);
  }
  for (const { text, rows } of sentences) {
    if (rows !== 1) problems.push(`"${text.slice(0, 90)}" has ${String(rows)} rows in docs/protocol-rules.md, not one`);
  }
  return problems;
}

if (isMain(import.meta.url)) {
  const read = (name) => readFileSync(join(ROOT, 'docs', name), 'utf8');
  const problems = unmatched({
    protocol: read('protocol.md'),
    mapping: read('protocol-rules.md'),
    spec: read('SPEC.md'),
  });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
