import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureRecord } from '../../common/transfer/capture-record.ts';
import { CliProcess, type CliResult } from '../support/cli-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const owned = new AsyncDisposableStack();
let folder: string;
let env: Record<string, string>;

const whub = (args: readonly string[], stdin?: string): Promise<CliResult> => CliProcess.run(args, env, stdin);
const records = (text: string): CaptureRecord[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CaptureRecord);

beforeAll(async () => {
  folder = owned.use(await createTempFolder()).path;
  const data = join(folder, 'data');
  const settings = ['--set', 'capture.maskHeaders=x-planted-header', '--set', 'capture.maskJson=$..card'];
  const hub = owned.use(new CliProcess(['serve', '--port', '0', '--data', data, '--json', ...settings], {}));
  const { url } = JSON.parse(await hub.line(/ready/)) as { url: string };
  env = { WHUB_URL: url, WHUB_CLIENT: 'cli', WHUB_KEY: (await readFile(join(data, 'cli.key'), 'utf8')).trim() };
  const provider = owned.use(new CliProcess(['provide', 'echo', '--service', 'echo'], env));
  await provider.line(/providing/);
  const body = '{"password":"planted-1","card":"planted-2","n":4634343214213523454}';
  const headers = ['--header', 'x-planted-header: planted-3', '--header', 'x-api-key: planted-4'];
  await whub(['call', 'POST', '/echo/a', '--body', '@-', ...headers], body);
  await whub(['call', 'POST', '/echo/b', '--body', '@-'], 'plain');
}, 60_000);
afterAll(() => owned.disposeAsync());

describe('whub export and import', () => {
  it('[EX4, EX6] exports what matches as lines, with secrets only when they are asked for, never what is not stored', async () => {
    const [masked, whole] = [
      await whub(['export', '--filter', 'service:echo route:/echo/a']),
      await whub(['export', '--filter', 'service:echo route:/echo/a', '--with-secrets']),
    ];
    expect([masked.code, masked.stderr]).toEqual([0, 'whub: 1 exchanges exported, secrets replaced\n']);
    expect(masked.stdout.toString()).not.toMatch(/planted-\d/);
    expect(masked.stdout.toString()).toContain('4634343214213523454');
    const [record] = records(whole.stdout.toString());
    expect(record).toMatchObject({ uri: '/echo/a', status: 200, traits: ['is:masked'] });
    const planted = whole.stdout.toString().match(/planted-\d/g) ?? [];
    // The body went and came back; the other two were never stored.
    expect(new Set(planted)).toEqual(new Set(['planted-1', 'planted-4']));
  });

  it('[EX6] writes a capture file and an archive, and takes both back', async () => {
    const [file, archive] = [join(folder, 'traffic.whub'), join(folder, 'traffic.har')];
    expect((await whub(['export', file, '--filter', 'service:echo -is:imported'])).code).toBe(0);
    expect((await whub(['export', archive, '--filter', 'service:echo -is:imported'])).code).toBe(0);
    const [header, ...lines] = gunzipSync(await readFile(file))
      .toString()
      .trimEnd()
      .split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ whub: 'capture', version: 1, masked: true });
    const entries = (JSON.parse(await readFile(archive, 'utf8')) as { log: { entries: unknown[] } }).log.entries;
    expect([lines.length, entries.length]).toEqual([2, 2]);
    const imports = [await whub(['import', file]), await whub(['import', archive])];
    expect(imports.map(({ code, stderr }) => [code, stderr.split(';')[0]])).toEqual(
      imports.map(() => [0, 'whub: 2 exchanges imported']),
    );
    const back = records((await whub(['export', '--filter', 'is:imported'])).stdout.toString());
    const plain = back.map(({ seq: _seq, traits: _traits, ...rest }) => rest);
    const wanted = lines.flatMap(records).map(({ seq: _seq, traits: _traits, ...rest }) => rest);
    expect(plain).toEqual([...wanted, ...wanted]);
    // What passes now comes behind them, under numbers of its own.
    await whub(['call', 'POST', '/echo/c', '--body', 'x']);
    const later = records((await whub(['export', '--filter', 'route:/echo/c'])).stdout.toString());
    expect(later[0]?.seq).toBeGreaterThan(back.at(-1)?.seq ?? 0);
  });

  it('[EX6] says what is wrong, and leaves no file half-written', async () => {
    const [bad, none] = [join(folder, 'bad.ndjson'), join(folder, 'none.har')];
    await writeFile(bad, '{"seq":1}\n');
    await writeFile(none, '{}');
    const results = [
      await whub(['export', join(folder, 'x.whub'), '--filter', 'foo:bar']),
      await whub(['import', bad]),
      await whub(['import', none]),
      await whub(['import', join(folder, 'missing.whub')]),
    ];
    expect(results.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(results.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('There is no key "foo"'),
      expect.stringContaining('Cannot import line 1: at: '),
      expect.stringContaining('it has no log.entries'),
      expect.stringContaining('ENOENT'),
    ]);
    expect((await readdir(folder)).filter((name) => name.startsWith('x.whub'))).toEqual([]);
  });
});
