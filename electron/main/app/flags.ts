import { parseArgs } from 'node:util';

export interface Flags {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly dataDir: string | undefined;
}

const LARGEST_PORT = 65_535;

/**
 * The flags of `whub serve` that mean something to the desktop app; others (Chromium has many) are left alone.
 *
 * @param args without the program and the app's path
 * @throws {RangeError} for a port that is none
 */
export function parseFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: { host: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
  });
  const text = (value: string | boolean | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return { host: text(values['host']), port: parsePort(text(values['port'])), dataDir: text(values['data']) };
}

function parsePort(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= LARGEST_PORT)) throw new RangeError(`Cannot use the port "${value}": give a number from 0 to 65535`);
  return port;
}
