import type { Command } from 'commander';
import { RequestError } from '../../common/errors/hub-error.ts';
import { defaultDataDir } from '../../host/data-dir.ts';
import { collect } from '../arguments.ts';
import { ExitCode, usageError } from '../exit.ts';
import { dataOption } from '../options.ts';
import { readPassword } from '../read-password.ts';
import type { RunCommand } from '../run-command.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { tellHub } from '../tell-hub.ts';

/** Loads SQLite, which no other command needs. */
const registry = () => import('../../host/registry-admin.ts');

export interface GrantFlags {
  readonly call?: readonly string[];
  readonly provide?: readonly string[];
  readonly data?: string;
}

export interface PasswordFlags {
  readonly stdin?: true;
  readonly remove?: true;
  readonly data?: string;
}

const shown = (globs: readonly string[]): string => (globs.length === 0 ? '-' : globs.join(' '));

/** Gives a client further patterns, or takes some away. */
export async function changeGrants(
  client: string,
  flags: GrantFlags & { readonly take: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const { call = [], provide = [], take } = flags;
  if (call.length + provide.length === 0) {
    throw usageError(`Cannot change what client "${client}" may do: name patterns with --call or --provide`);
  }
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  const { changeClientGrants } = await registry();
  const merge = (present: readonly string[], named: readonly string[]): readonly string[] =>
    take ? present.filter((glob) => !named.includes(glob)) : [...present, ...named];
  try {
    const { mayCall, mayProvide } = changeClientGrants(dataDir, client, (present) => ({
      mayCall: merge(present.mayCall, call),
      mayProvide: merge(present.mayProvide, provide),
    }));
    await tellHub(dataDir);
    printLine(terminal.stderr, `client "${client}" may call ${shown(mayCall)} and provide ${shown(mayProvide)}`);
  } catch (error) {
    if (error instanceof RequestError && error.errorName === 'BAD_REQUEST_ERR') throw usageError(error.message);
    throw error;
  }
  return ExitCode.Ok;
}

/** Sets the password that a client logs in with. */
export async function password(client: string, flags: PasswordFlags, terminal: Terminal): Promise<ExitCode> {
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  const { setClientPassword } = await registry();
  const typed = flags.remove === true ? undefined : await readPassword(terminal, { stdin: flags.stdin === true });
  try {
    await setClientPassword(dataDir, client, typed);
  } catch (error) {
    if (error instanceof RequestError && error.errorName === 'BAD_REQUEST_ERR') throw usageError(error.message);
    throw error;
  }
  await tellHub(dataDir);
  const text = typed === undefined ? 'has no password any more' : 'has a new password';
  printLine(terminal.stderr, `client "${client}" ${text}; sessions that it logged in with before have ended`);
  return ExitCode.Ok;
}

/** `grant`, `ungrant` and `password` below `whub client`. */
export function addClientAccessCommands(client: Command, run: RunCommand): void {
  for (const [name, take, verb] of [
    ['grant', false, 'let a client call or provide further services'],
    ['ungrant', true, 'take patterns away from what a client may call or provide'],
  ] as const) {
    client
      .command(name)
      .description(verb)
      .argument('<id>')
      .option('--call <pattern>', 'services to call, * for any run of characters; may be repeated', collect)
      .option('--provide <pattern>', 'services to provide; may be repeated', collect)
      .addOption(dataOption())
      .action((id: string, flags: GrantFlags) => run((terminal) => changeGrants(id, { ...flags, take }, terminal)));
  }
  client
    .command('password')
    .description('set the password that a client logs in with; it is asked for and not shown')
    .argument('<id>')
    .option('--stdin', 'read it from the first line of stdin instead')
    .option('--remove', 'take it away')
    .addOption(dataOption())
    .action((id: string, flags: PasswordFlags) => run((terminal) => password(id, flags, terminal)));
}
