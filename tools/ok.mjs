// npm run ok: the gate. Cheap checks first; the first that fails ends it, with what to run again.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isMain, scriptOf } from './support/project.mjs';
import { StepError, fail, run, step } from './support/steps.mjs';

/** Of one step, many times what it takes on a slow machine: a step that hangs is a red gate, not one that never ends. */
const STEP_LIMIT_MS = 40 * 60_000;

/** Where the reports of the test runs go; `npm test` adds them up. */
export const REPORTS = join(ROOT, 'out/reports');

const tool = (packageName, ...args) => [scriptOf(packageName), ...args];
const own = (name, ...args) => [join(ROOT, 'tools', name), ...args];
const vitest = (report, ...args) =>
  tool(
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(REPORTS, `${report}.json`)}`,
    ...args,
  );

/** Name, arguments of Node, and the command that repeats the step alone. `show`: its output is worth watching. */
const gate = () => [
  { name: 'format', args: tool('prettier', '--check', '--log-level=warn', '.'), again: 'npm run format' },
  { name: 'documents', args: tool('markdownlint-cli2'), again: 'npm run docs:lint' },
  { name: 'lint', args: tool('oxlint', '--type-aware', '--deny-warnings', '.'), again: 'npm run lint' },
  { name: 'types', args: own('types.mjs'), again: 'npm run types' },
  { name: 'layers', args: own('layers.mjs'), again: 'npm run layers' },
  { name: 'dead code', args: tool('knip', '--treat-config-hints-as-errors'), again: 'npm run knip' },
  { name: 'generated code', args: own('codegen.mjs', '--check'), again: 'npm run codegen' },
  { name: 'test vectors', args: own('vectors.mjs', '--check'), again: 'npm run vectors' },
  { name: 'table of settings', args: own('config-reference.mjs', '--check'), again: 'npm run config:reference' },
  { name: 'rules and tests', args: own('spec-check.mjs'), again: 'npm run spec' },
  { name: 'protocol and rules', args: own('protocol-rules.mjs'), again: 'npm run spec:protocol' },
  {
    name: 'unit, contract and property tests',
    args: vitest('unit', '--exclude', '**/*.integration.test.ts'),
    again: 'npm run test:unit',
    show: true,
  },
  {
    name: 'integration tests',
    args: vitest('integration', '.integration.test.ts'),
    again: 'npm run test:integration',
    show: true,
  },
];

/** @throws {StepError} of the first check that fails, saying how to repeat it */
export async function runGate() {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  for (const { name, args, again, show = false } of gate()) {
    const work = () => run({ args, show, timeoutMs: STEP_LIMIT_MS });
    try {
      if (show) {
        console.log(`  ${name} …`);
        await work();
      } else {
        await step(name, work);
      }
    } catch (error) {
      throw new StepError(`The gate is red at: ${name}`, {
        advice: `Again, alone: ${again}`,
        output: error.output ?? '',
        cause: error,
      });
    }
  }
}

if (isMain(import.meta.url)) {
  const startedMs = Date.now();
  try {
    await runGate();
    console.log(`✓ all green (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  } catch (error) {
    fail(error);
  }
}
