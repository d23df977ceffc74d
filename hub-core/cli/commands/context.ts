import { resolve } from 'node:path';
import type { Command } from 'commander';
import { nodeCarriers } from '../../client/node/node-carriers.ts';
import { isClientId } from '../../common/base/ids.ts';
import { contextFile, ContextStore, type ContextRow } from '../contexts.ts';
import { ExitCode, usageError } from '../exit.ts';
import { withExamples } from '../options.ts';
import { formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface ContextFlags {
  readonly url: string;
  readonly client?: string;
  readonly key?: string;
  readonly ca?: string;
}

const storeOf = (terminal: Terminal): ContextStore => new ContextStore(contextFile(terminal.env));

export async function addContext(name: string, flags: ContextFlags, terminal: Terminal): Promise<ExitCode> {
  const { url, client, key, ca } = flags;
  if (!Object.hasOwn(nodeCarriers, URL.parse(url)?.protocol ?? ''))
    throw usageError(`Cannot save "${url}": write it as ws://host:port`);
  if (client !== undefined && !isClientId(client))
    throw usageError(`Cannot save client "${client}": it is no client id`);
  const context = {
    url,
    ...(client !== undefined && { client }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca: resolve(ca) }),
  };
  await storeOf(terminal).add(name, context);
  printLine(terminal.stderr, `context "${name}" is saved`);
  return ExitCode.Ok;
}

export async function useContext(name: string, terminal: Terminal): Promise<ExitCode> {
  await storeOf(terminal).use(name);
  printLine(terminal.stderr, `context "${name}" is in use`);
  return ExitCode.Ok;
}

export async function listContexts(flags: { readonly json?: true }, terminal: Terminal): Promise<ExitCode> {
  const rows = await storeOf(terminal).list();
  printLine(terminal.stdout, flags.json === true ? JSON.stringify(rows) : table(rows));
  return ExitCode.Ok;
}

function table(rows: readonly ContextRow[]): string {
  const cells = rows.map((row) => [
    row.current ? '*' : ' ',
    row.name,
    row.url,
    row.client ?? '-',
    row.has_key ? 'yes' : 'no',
  ]);
  return formatTable([' ', 'NAME', 'URL', 'CLIENT', 'KEY'], cells);
}

export function addContextCommand(program: Command, run: RunCommand): void {
  const context = program.command('context').description('save hubs and who you are there');
  withExamples(context, [
    'whub context add office --url wss://hub.example.org --client anna --key whub_…',
    'whub context use office',
  ]);
  context
    .command('add')
    .description('save a hub under a name; the first one is in use at once')
    .argument('<name>')
    .requiredOption('--url <url>', 'address of the hub')
    .option('--client <id>', 'client id')
    .option('--key <key>', 'its key')
    .option('--ca <file>', 'PEM file of the authority to trust there')
    .action((name: string, flags: ContextFlags) => run((terminal) => addContext(name, flags, terminal)));
  context
    .command('use')
    .description('choose the hub that commands connect to')
    .argument('<name>')
    .action((name: string) => run((terminal) => useContext(name, terminal)));
  context
    .command('list')
    .description('show what is saved; * marks the one in use')
    .option('--json', 'as a JSON array')
    .action((flags: { readonly json?: true }) => run((terminal) => listContexts(flags, terminal)));
}
