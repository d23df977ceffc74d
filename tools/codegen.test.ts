import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.dirname(import.meta.dirname);
const GENERATED = path.join(ROOT, 'hub-core/common/protocol/generated');
const VECTORS = path.join(ROOT, 'schemas/vectors');

function run(script: string, ...args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'tools', script), ...args], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('the checks of what is generated', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'whub-generated-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('[WP25] codegen --check passes on what is committed', () => {
    expect(run('codegen.mjs', '--check')).toEqual({ status: 0, stderr: '' });
  });

  it('[WP25] codegen --check fails with the first line that differs', () => {
    const out = path.join(folder, 'changed');
    cpSync(GENERATED, out, { recursive: true });
    appendFileSync(path.join(out, 'message.ts'), '// by hand\n');
    const { status, stderr } = run('codegen.mjs', '--check', '--out', out);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/message\.ts:\d+\n.*\n {2}committed: \/\/ by hand/)]);
  });

  it('[WP25] codegen --check fails for a file that is missing, and for one too many', () => {
    const out = path.join(folder, 'files');
    expect(run('codegen.mjs', '--check', '--out', out).stderr).toContain('encoding.ts: missing');
    cpSync(GENERATED, out, { recursive: true });
    writeFileSync(path.join(out, 'old.ts'), '');
    expect(run('codegen.mjs', '--check', '--out', out).stderr).toContain('old.ts: no longer generated');
  });

  it('[WP26] vectors --check passes on what is committed', () => {
    expect(run('vectors.mjs', '--check')).toEqual({ status: 0, stderr: '' });
  });

  it('[WP26] vectors --check fails for a vector that differs, is missing, or follows from nothing', () => {
    const copy = path.join(folder, 'vectors');
    cpSync(VECTORS, copy, { recursive: true });
    const check = (): string => run('vectors.mjs', '--check', '--folder', copy).stderr;
    writeFileSync(path.join(copy, 'good/old.bin'), '');
    expect(check()).toContain('good/old.bin: follows from nothing');
    rmSync(path.join(copy, 'good/ping.bin'));
    expect(check()).toContain('good/ping.bin: missing');
    appendFileSync(path.join(copy, 'good/cancel.bin'), 'x');
    expect(check()).toContain('good/cancel.bin: differs');
  });
});
