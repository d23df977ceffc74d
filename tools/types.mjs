// Type-checks every environment by its own tsconfig: what common may use, the renderer may not, and the other way round.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, isMain, scriptOf } from './support/project.mjs';
import { run } from './support/steps.mjs';

const AT_ONCE = 2;

/** @returns {string[]} the file names of every environment's tsconfig */
export function environments(root = ROOT) {
  return readdirSync(root).filter((name) => /^tsconfig\.(?!base\.)[\w-]+\.json$/.test(name));
}

/** @returns what the compiler says about that tsconfig; empty when all is well */
export async function checkTypes(tsconfig) {
  const compiler = scriptOf('@typescript/native', 'tsc');
  try {
    await run({ args: [compiler, '-p', join(ROOT, tsconfig), '--noEmit', '--pretty', 'false'] });
    return '';
  } catch (error) {
    return error.output || error.message;
  }
}

if (isMain(import.meta.url)) {
  const waiting = environments();
  const worker = async () => {
    for (let tsconfig = waiting.shift(); tsconfig !== undefined; tsconfig = waiting.shift()) {
      const problems = await checkTypes(tsconfig);
      console.log(`${problems === '' ? '✓' : '✗'} ${tsconfig}`);
      if (problems !== '') {
        console.error(problems);
        process.exitCode = 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
