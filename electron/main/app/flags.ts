import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LINK_SCHEME } from '../links/deep-link.ts';
import { WORKSPACE_ENDING } from '../links/workspace-file.ts';

export interface Flags {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly dataDir: string | undefined;
  /** Starts without a window, as at login. */
  readonly hidden: boolean;
  /** Tries everything once and ends. */
  readonly selftest: boolean;
  /** Links and workspace files that the system handed over. */
  readonly opened: readonly string[];
}

const LARGEST_PORT = 65_535;

/** A file by its whole path, whatever the folder it was named in; a link as it is. */
export function absolute(thing: string, cwd: string): string {
  return thing.startsWith(`${LINK_SCHEME}:`) ? thing : resolve(cwd, thing);
}

/** Whether an argument is something of ours to be opened. */
function isOpenable(argument: string): boolean {
  return argument.startsWith(`${LINK_SCHEME}:`) || argument.endsWith(WORKSPACE_ENDING);
}

/**
 * The flags of `whub serve` that mean something to the desktop app, and its own; others (Chromium has many) are left alone.
 *
 * @param args without the program and the app's path
 * @throws {RangeError} for a port that is none
 */
export function parseFlags(args: readonly string[]): Flags {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      hidden: { type: 'boolean' },
      selftest: { type: 'boolean' },
    },
  });
  const text = (value: string | boolean | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return {
    host: text(values['host']),
    port: parsePort(text(values['port'])),
    dataDir: text(values['data']),
    hidden: values['hidden'] === true,
    selftest: values['selftest'] === true,
    opened: positionals.filter(isOpenable),
  };
}

function parsePort(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= LARGEST_PORT)) throw new RangeError(`Cannot use the port "${value}": give a number from 0 to 65535`);
  return port;
}
