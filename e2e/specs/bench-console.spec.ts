import { expect, test } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { CliProcess } from '../fixtures/cli.ts';

interface Figure {
  readonly name: string;
  readonly value: number;
  /** Absent where it has no budget. */
  readonly met?: boolean;
}

const BENCH = fileURLToPath(new URL('../../bench/console.mjs', import.meta.url));
/** Budgets of time are for a machine that does nothing else. */
const RIGHT = [
  'left out',
  'thumb dragged: different places',
  'last row reached',
  'rows that it left out',
  'rows captured',
];

test('[UI123] the short form of the benchmark reaches the last row, finds what it filled in, and misses no request', async () => {
  test.setTimeout(240_000);
  const flags = ['--rows', '2000', '--seconds', '2', '--rate', '50', '--json'];
  const browser = process.env['WHUB_BROWSER'];
  const env = browser === undefined ? {} : { WHUB_BROWSER: browser };
  await using bench = new CliProcess(flags, env, BENCH);
  const { figures } = JSON.parse(await bench.line(/^\{"rows"/, 200_000)) as { figures: readonly Figure[] };
  const met = new Map(figures.map((figure) => [figure.name, figure.met]));
  expect(RIGHT.map((name) => [name, met.get(name)])).toEqual(RIGHT.map((name) => [name, true]));
  const valueOf = (name: string): number | undefined => figures.find((figure) => figure.name === name)?.value;
  expect(valueOf('exchanges through the hub')).toBe(2_000);
  expect(valueOf('rows captured')).toBe(valueOf('requests sent'));
});
