// Holds docs/SPEC.md and the tests together: every numbered rule is in the title of a test, and every id in a title is a rule.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isMain } from './support/project.mjs';

const FOLDERS = ['hub-core', 'renderer', 'electron', 'tools', 'e2e'];
const TEST_FILE = /\.(test|test-d|contract|spec)\.tsx?$/;
const RULE = /^- \*\*([A-Z]{2}\d+)\*\*/gm;
/** `'[RT4] …'`, `` `[RT4, RT5] …` ``, `` `${name}: [RT4] …` `` */
const TITLE = /(?:['"`]|\}:? )\[([A-Z]{2}\d+(?:, ?[A-Z]{2}\d+)*)\] /g;

/** @returns {string[]} the ids of the rules in a text of docs/SPEC.md, in order */
export function rulesIn(spec) {
  return [...spec.matchAll(RULE)].map((match) => match[1]);
}

/** @returns {string[]} the ids in the titles of a test file */
export function idsIn(source) {
  return [...source.matchAll(TITLE)].flatMap((match) => match[1].split(/, ?/));
}

/**
 * @param {string} spec
 * @param {ReadonlyMap<string, string>} tests file name → source
 * @returns {string[]} what does not fit; empty when all does
 */
export function compare(spec, tests) {
  const rules = rulesIn(spec);
  const known = new Set(rules);
  const used = new Set();
  const strangers = [];
  for (const [file, source] of tests) {
    for (const id of idsIn(source)) {
      used.add(id);
      if (!known.has(id)) strangers.push(`${id} is in a title of ${file} but not in docs/SPEC.md`);
    }
  }
  return [
    ...rules.filter((id, at) => rules.indexOf(id) !== at).map((id) => `${id} is in docs/SPEC.md more than once`),
    ...[...known].filter((id) => !used.has(id)).map((id) => `${id} is in docs/SPEC.md but in no test's title`),
    ...new Set(strangers),
  ];
}

function readTests() {
  const tests = new Map();
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true })) {
      const file = `${folder}/${name.replaceAll('\\', '/')}`;
      if (TEST_FILE.test(file)) tests.set(file, readFileSync(join(ROOT, file), 'utf8'));
    }
  }
  return tests;
}

if (isMain(import.meta.url)) {
  const problems = compare(readFileSync(join(ROOT, 'docs/SPEC.md'), 'utf8'), readTests());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
