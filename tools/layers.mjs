// Checks who imports whom (.dependency-cruiser.mjs), and that the check itself still sees: every source file must have
// been cruised, and every violation planted in tools/layer-canary must be reported.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, isMain, projectNode, scriptOf } from './support/project.mjs';

export const CANARY = join(ROOT, 'tools/layer-canary');
const FOLDERS = ['hub-core', 'renderer', 'electron', 'e2e', 'bench', 'examples'];
const SOURCE = /\.(ts|tsx|mts|mjs)$/;

/**
 * @param {string} cwd folder whose hub-core/, renderer/ ... are cruised
 * @returns {{ violations: string[], modules: Set<string> }} violations as `rule: from`
 */
export function cruise(cwd) {
  const folders = FOLDERS.filter((folder) => existsSync(join(cwd, folder)));
  const run = spawnSync(
    projectNode(),
    [
      scriptOf('dependency-cruiser', 'depcruise'),
      '--config',
      join(ROOT, '.dependency-cruiser.mjs'),
      '--output-type',
      'json',
      ...folders,
    ],
    { cwd, encoding: 'utf8', maxBuffer: 256 << 20 },
  );
  if (run.error !== undefined) throw run.error;
  // The JSON reporter exits 0 with violations; anything else went wrong before there was a report.
  if (run.status !== 0) throw new Error(`Cannot check the layers: dependency-cruiser failed\n${run.stderr}`);
  const { modules, summary } = JSON.parse(run.stdout);
  return {
    violations: summary.violations.map(describe),
    modules: new Set(modules.map((module) => module.source)),
  };
}

function describe({ rule, from, to, type }) {
  return type === 'module' ? `${rule.name}: ${from}` : `${rule.name}: ${from} → ${to}`;
}

/** Source files below `cwd` that a cruise must have seen. */
function sourceFiles(cwd) {
  return FOLDERS.filter((folder) => existsSync(join(cwd, folder))).flatMap((folder) =>
    readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) => relative(cwd, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  );
}

/** @returns {string[]} the source files below `cwd` that a cruise did not see */
export function unseenBy(modules, cwd = ROOT) {
  return sourceFiles(cwd).filter((file) => !modules.has(file));
}

/** @returns {string[]} the planted violations that `violations` lacks */
export function uncaughtBy(violations) {
  const expected = JSON.parse(readFileSync(join(CANARY, 'expected.json'), 'utf8'));
  return expected.filter((violation) => !violations.includes(violation));
}

/** @returns {string[]} what is wrong; empty when all is well */
function checkLayers() {
  const house = cruise(ROOT);
  return [
    ...house.violations,
    ...unseenBy(house.modules).map(
      (file) => `not cruised: ${file} (is the TypeScript 6 alias still installed as "typescript"?)`,
    ),
    ...uncaughtBy(cruise(CANARY).violations).map((violation) => `canary not caught: ${violation}`),
  ];
}

if (isMain(import.meta.url)) {
  const problems = checkLayers();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(`\n${problems.length} layer violations; who may import whom is in .dependency-cruiser.mjs`);
    process.exitCode = 1;
  }
}
