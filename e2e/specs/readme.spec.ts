import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '../fixtures/hub.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = promisify(execFile);

test('[SU6] the program in the README is the example, and does what the README says', async ({ hub }) => {
  const readme = await readFile(file('README.md'), 'utf8');
  const example = await readFile(file('examples/node/square.mjs'), 'utf8');
  expect(readme).toContain(`\`\`\`js\n${example}\`\`\``);
  const answer = /square\.mjs\n(?<line>.+)\n/.exec(readme)?.groups?.['line'];

  const data = ['--data', hub.dataDir];
  const grants = ['--may-call', 'math', '--may-provide', 'math'];
  const { stdout: key } = await run(process.execPath, [
    file('tools/whub.mjs'),
    'client',
    'add',
    'calc',
    ...grants,
    ...data,
  ]);
  const { stdout } = await run(process.execPath, [file('examples/node/square.mjs')], {
    env: { ...process.env, FORCE_COLOR: '0', WHUB_URL: hub.url, WHUB_KEY: key.trim() },
  });
  expect(stdout.trim()).toBe(answer);
});
