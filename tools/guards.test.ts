import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CANARY, cruise, uncaughtBy, unseenBy } from './layers.mjs';
import { unmatched } from './protocol-rules.mjs';
import { compare } from './spec-check.mjs';
import { ROOT, projectNode, scriptOf } from './support/project.mjs';
import { environments } from './types.mjs';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with those files, gone after the test. */
function folderWith(files: Readonly<Record<string, string>>, parent = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'whub-guard-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function runTool(cwd: string, packageName: string, ...args: string[]): { code: number | null; output: string } {
  const [name = '', command = name] = packageName.split(':');
  const run = spawnSync(projectNode(), [scriptOf(name, command), ...args], { cwd, encoding: 'utf8' });
  return { code: run.status, output: run.stdout + run.stderr };
}

describe('lint', () => {
  const lint = (source: string): { code: number | null; output: string } => {
    const folder = folderWith({
      'tsconfig.json': JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), include: ['*.ts'] }),
      'planted.ts': source,
    });
    return runTool(folder, 'oxlint', '--type-aware', '--deny-warnings', '-c', join(ROOT, '.oxlintrc.json'), '.');
  };

  it.each([
    ['a floating promise', 'no-floating-promises', 'export function f(): void {\n  Promise.resolve(1);\n}\n'],
    [
      'a promise where none is awaited',
      'no-misused-promises',
      'export const f = (): void => [1].forEach(async () => await null);\n',
    ],
    [
      'a forgotten case',
      'switch-exhaustiveness-check',
      "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      f('b');\n  }\n}\n",
    ],
    ['a value of type any', 'no-explicit-any', 'export const f = (x: any): number => Number(x);\n'],
    ['what a cast from any lets through', 'no-unsafe-assignment', "export const x: number = JSON.parse('1');\n"],
    ['a thrown value that is no error', 'only-throw-error', "export function f(): never {\n  throw 'text';\n}\n"],
    ['a default export', 'no-default-export', 'export default 1;\n'],
    [
      'a suppression that is not needed',
      'Unused',
      '// oxlint-disable-next-line no-console -- nothing here\nexport const x = 1;\n',
    ],
  ])('[GD1] lint catches %s', (_what, rule, source) => {
    const { code, output } = lint(source);
    expect(output).toContain(rule);
    expect(code).not.toBe(0);
  });

  it('[GD1] lint lets clean code pass', () => {
    expect(lint('export const x: number = 1;\n')).toMatchObject({ code: 0 });
  });
});

describe('layers', () => {
  it('[GD2] every planted violation is caught, among them all seven ways to import', () => {
    const { violations } = cruise(CANARY);
    expect(uncaughtBy(violations)).toEqual([]);
    expect(violations.filter((violation: string) => violation.startsWith('layer-common-errors'))).toHaveLength(7);
  });

  it('[GD2] a planted violation that is not caught is named', () => {
    expect(uncaughtBy(cruise(CANARY).violations.slice(1))).toHaveLength(1);
  });

  it('[GD2] a check that sees no file is noticed', () => {
    expect(unseenBy(new Set())).toContain('hub-core/common/base/clock.ts');
    expect(unseenBy(new Set(), CANARY)).toHaveLength(cruise(CANARY).modules.size - NOT_IN_CANARY);
  });
});

/** What the canary reaches that is no file of it: fs, better-sqlite3, electron, and the file that is not there. */
const NOT_IN_CANARY = 4;

describe('dead code', () => {
  it('[GD3] knip catches an unused export and an unused file', () => {
    const folder = folderWith({
      'package.json': '{ "name": "planted", "type": "module", "main": "hub-core/cli/main.ts" }',
      'hub-core/cli/main.ts': "import { used } from './part.ts';\n\nprocess.stdout.write(used);\n",
      'hub-core/cli/part.ts': "export const used = 'used';\nexport const leftOver = 'nobody reads this';\n",
      'hub-core/cli/forgotten.ts': 'export {};\n',
    });
    const { code, output } = runTool(
      folder,
      'knip',
      '--treat-config-hints-as-errors',
      '--config',
      join(ROOT, 'knip.json'),
    );
    expect(output).toContain('leftOver');
    expect(output).toContain('hub-core/cli/forgotten.ts');
    expect(output).not.toMatch(/\bused\b.*part\.ts/);
    expect(code).not.toBe(0);
  });
});

describe('types', () => {
  /** Below out/, where the tsconfigs find the same packages as in the house. */
  const check = (environment: string, source: string): string => {
    const folder = folderWith(
      {
        'tsconfig.json': JSON.stringify({
          extends: join(ROOT, `tsconfig.${environment}.json`),
          include: ['*.ts'],
          exclude: [],
        }),
        'planted.ts': source,
      },
      join(ROOT, 'out'),
    );
    return runTool(
      folder,
      '@typescript/native:tsc',
      '-p',
      'tsconfig.json',
      '--noEmit',
      '--pretty',
      'false',
    ).output.trim();
  };

  it('[GD4] there is a tsconfig for every environment', () => {
    expect(environments()).toEqual(
      expect.arrayContaining(
        ['common', 'electron', 'node', 'preload', 'renderer'].map((name) => `tsconfig.${name}.json`),
      ),
    );
  });

  it.each([
    ['common', 'document', 'export const x = document.title;\n'],
    ['common', 'process', 'export const x = process.pid;\n'],
    ['renderer', 'process', 'export const x = process.pid;\n'],
    ['renderer', 'node:fs', "export { readFileSync } from 'node:fs';\n"],
    ['node', 'document', 'export const x = document.title;\n'],
    ['electron', 'document', 'export const x = document.title;\n'],
  ])('[GD4] %s does not see "%s"', (environment, name, source) => {
    expect(check(environment, source)).toMatch(
      new RegExp(`^planted\\.ts.*error TS2\\d+: Cannot find (name|module) '${name}'`),
    );
  });

  it('[GD4] what an environment has is no error', () => {
    expect(check('common', 'export const x = new AbortController();\n')).toBe('');
    expect(check('renderer', 'export const x = document.title;\n')).toBe('');
  });
});

describe('generated files', () => {
  const check = (tool: string, flag: string, folder: string): { code: number | null; output: string } => {
    const run = spawnSync(projectNode(), [join(ROOT, 'tools', tool), '--check', flag, folder], { encoding: 'utf8' });
    return { code: run.status, output: run.stdout + run.stderr };
  };

  it.each([
    ['codegen.mjs', '--out', 'hub-core/common/protocol/generated'],
    ['vectors.mjs', '--folder', 'schemas/vectors'],
  ])('[GD7] %s --check catches a file that was changed by hand, and one that is missing', (tool, flag, folder) => {
    const copy = folderWith({});
    cpSync(join(ROOT, folder), copy, { recursive: true });
    expect(check(tool, flag, copy)).toMatchObject({ code: 0 });

    const file =
      readdirSync(copy, { recursive: true, encoding: 'utf8' }).find((name) => /\.(ts|bin)$/.test(name)) ?? '';
    appendFileSync(join(copy, file), '\n');
    const changed = check(tool, flag, copy);
    expect(changed.code).toBe(1);
    expect(changed.output).toContain(basename(file));

    rmSync(join(copy, file));
    expect(check(tool, flag, copy).code).toBe(1);
  });
});

describe('documents that are written', () => {
  it('[GD7] config-reference.mjs --check catches a table of settings that was changed by hand, and one that is missing', () => {
    const file = join(folderWith({}), 'configuration.md');
    cpSync(join(ROOT, 'docs/configuration.md'), file);
    const check = (): readonly [number | null, string] => {
      const run = spawnSync(projectNode(), [join(ROOT, 'tools/config-reference.mjs'), '--check', '--file', file], {
        encoding: 'utf8',
      });
      return [run.status, run.stderr];
    };
    expect(check()).toEqual([0, '']);
    writeFileSync(file, readFileSync(file, 'utf8').replace('`15000`', '`15001`'));
    expect(check()).toEqual([1, expect.stringContaining('run `npm run config:reference`')]);
    writeFileSync(file, '# Nothing\n');
    expect(check()).toEqual([1, expect.stringContaining('Cannot find the table of settings')]);
  });
});

describe('rules and tests', () => {
  const spec = '# Rules\n\n- **RT1** One.\n- **RT2** Two.\n';

  it('[GD5] a rule without a test, a title without a rule, and a rule given twice are named', () => {
    const tests = new Map([['a.test.ts', "it('[RT1] one', () => {});\nit.each([1])(`[RT3] %s`, () => {});\n"]]);
    expect(compare(`${spec}- **RT1** Again.\n`, tests)).toEqual([
      'RT1 is in docs/SPEC.md more than once',
      "RT2 is in docs/SPEC.md but in no test's title",
      'RT3 is in a title of a.test.ts but not in docs/SPEC.md',
    ]);
  });

  it('[GD5] rules and titles that fit are left in peace', () => {
    const tests = new Map([
      ['a.test.ts', "it('[RT1] one', () => {});\n"],
      ['b.contract.ts', 'it(`${name}: [RT2] two`, () => {});\n'],
    ]);
    expect(compare(spec, tests)).toEqual([]);
  });
});

describe('protocol and rules', () => {
  const protocol = [
    '## 2. Before',
    'Not held to.',
    '## 3. Sessions',
    '',
    'Hello comes first. A client says `who` it',
    'is; 401 otherwise.',
    '```',
    'A block of code.',
    '```',
    '| Status | Means |',
    '| ------ | ----- |',
    '| 404    | gone  |',
    '## 7. Behind',
    'Nor this.',
  ].join('\n');
  const spec = '- **RT1** One.\n- **RT2** Two.\n';
  const rows = (...lines: readonly string[]): string => lines.map((line) => `| ${line} |`).join('\n');

  it('[GD8] what fits is left in peace, with code, heads of tables and other sections aside', () => {
    const mapping = rows('Hello comes | RT1', 'a client says who | RT1, RT2', '401 otherwise | —', '404 | RT2');
    expect(unmatched({ protocol, mapping, spec })).toEqual([]);
  });

  it('[GD8] a sentence without a row, a row without a sentence or a rule, and one row too many are named', () => {
    const mapping = rows(
      'Hello comes | RT1',
      'Hello comes first | RT1',
      'A client | RT3',
      'Farewell | RT2',
      '404 | RT2',
    );
    expect(unmatched({ protocol, mapping, spec })).toEqual([
      '"A client" names RT3, which is no rule of docs/SPEC.md',
      '"Farewell" begins 0 sentences of the protocol, not one',
      '"Hello comes first." has 2 rows in docs/protocol-rules.md, not one',
      '"401 otherwise." has 0 rows in docs/protocol-rules.md, not one',
    ]);
  });
});
