import type { Command } from 'commander';
import { RequestError } from '../../common/errors/hub-error.ts';
import { defaultDataDir } from '../../host/data-dir.ts';
import { collect } from '../arguments.ts';
import { CommandError, ExitCode, usageError } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import { addClientAccessCommands } from './client-access.ts';
import type { RunCommand } from '../run-command.ts';
import { formatTable } from '../table.ts';
import { tellHub } from '../tell-hub.ts';
import { printLine, type Terminal } from '../terminal.ts';

/** Loads SQLite, which no other command needs. */
const registry = () => import('../../host/registry-admin.ts');

export interface ClientFlags {
  readonly data?: string;
  readonly json?: true;
}

export interface AddFlags extends ClientFlags {
  readonly mayCall?: readonly string[];
  readonly mayProvide?: readonly string[];
  readonly manager?: true;
}

const dataDirOf = (flags: ClientFlags, terminal: Terminal): string => flags.data ?? defaultDataDir(terminal.env);

/** The key is the result, and goes to stdout alone, so that a script can take it from there. */
function showKey(client: string, key: string, { flags, terminal }: { flags: ClientFlags; terminal: Terminal }): void {
  if (flags.json === true) {
    printLine(terminal.stdout, JSON.stringify({ client, key }));
    return;
  }
  printLine(terminal.stderr, `key of client "${client}", shown only now:`);
  printLine(terminal.stdout, key);
}

export async function add(client: string, flags: AddFlags, terminal: Terminal): Promise<ExitCode> {
  const { mayCall = [], mayProvide = [] } = flags;
  const dataDir = dataDirOf(flags, terminal);
  const { addClient, listClients } = await registry();
  try {
    const { key } = addClient(dataDir, {
      client,
      mayCall,
      mayProvide,
      role: flags.manager === true ? 'manager' : 'client',
    });
    await tellHub(dataDir);
    showKey(client, key, { flags, terminal });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.errorName !== 'CONFLICT_ERR') throw usageError(error.message);
    const isRevoked = listClients(dataDir).some((known) => known.client === client && known.revokedAtMs !== null);
    const way = isRevoked
      ? `it is revoked; "whub client restore ${client}" takes that back`
      : `it is known; "whub client add-key ${client}" gives it another key`;
    throw new CommandError(ExitCode.Failure, `Cannot add client "${client}": ${way}`, { cause: error });
  }
  return ExitCode.Ok;
}

export async function addKey(client: string, flags: ClientFlags, terminal: Terminal): Promise<ExitCode> {
  const { addClientKey } = await registry();
  const dataDir = dataDirOf(flags, terminal);
  const { key } = addClientKey(dataDir, client);
  await tellHub(dataDir);
  showKey(client, key, { flags, terminal });
  return ExitCode.Ok;
}

const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Clients that may connect; revoked ones are not among them. */
export async function list(flags: ClientFlags, terminal: Terminal): Promise<ExitCode> {
  const { listClients } = await registry();
  const rows = listClients(dataDirOf(flags, terminal))
    .filter((client) => client.revokedAtMs === null)
    .map(({ client, mayCall, mayProvide, createdAtMs, lastUsedAtMs }) => {
      return {
        client,
        may_call: mayCall,
        may_provide: mayProvide,
        created: isoTime(createdAtMs),
        last_used: isoTime(lastUsedAtMs),
      };
    });
  const text =
    flags.json === true
      ? JSON.stringify(rows)
      : formatTable(
          ['CLIENT', 'MAY CALL', 'MAY PROVIDE', 'CREATED', 'LAST USED'],
          rows.map((row) => [
            row.client,
            row.may_call.join(' ') || '-',
            row.may_provide.join(' ') || '-',
            row.created ?? '-',
            row.last_used ?? '-',
          ]),
        );
  printLine(terminal.stdout, text);
  return ExitCode.Ok;
}

export async function revoke(client: string, flags: ClientFlags, terminal: Terminal): Promise<ExitCode> {
  const { revokeClient } = await registry();
  const dataDir = dataDirOf(flags, terminal);
  if (!revokeClient(dataDir, client)) {
    throw new CommandError(ExitCode.Failure, `Cannot revoke client "${client}": it is unknown, or revoked already`);
  }
  await tellHub(dataDir);
  printLine(terminal.stderr, `client "${client}" is revoked; "whub client restore ${client}" takes that back`);
  return ExitCode.Ok;
}

export async function restore(client: string, flags: ClientFlags, terminal: Terminal): Promise<ExitCode> {
  const { restoreClient } = await registry();
  const dataDir = dataDirOf(flags, terminal);
  if (!restoreClient(dataDir, client)) {
    throw new CommandError(ExitCode.Failure, `Cannot restore client "${client}": it is unknown, or not revoked`);
  }
  await tellHub(dataDir);
  printLine(terminal.stderr, `client "${client}" may connect again with the keys it had`);
  return ExitCode.Ok;
}

export function addClientCommand(program: Command, run: RunCommand): void {
  const client = program
    .command('client')
    .description('administer the clients of a data folder, whether a hub runs or not');
  withExamples(client, [
    'whub client add web --may-call "*"',
    'whub client add disk --may-provide files --json',
    'whub client add-key web',
    'whub client grant web --call "orders*"',
    'whub client password web',
    'whub client list',
  ]);
  client
    .command('add')
    .description('register a client and print its key, once')
    .argument('<id>')
    .option('--may-call <pattern>', 'services it may call, * for any run of characters; may be repeated', collect)
    .option('--may-provide <pattern>', 'services it may provide; may be repeated', collect)
    .option('--manager', 'it administers the hub: it may call and provide everything')
    .option('--json', 'as {"client","key"}')
    .addOption(dataOption())
    .action((id: string, flags: AddFlags) => run((terminal) => add(id, flags, terminal)));
  client
    .command('add-key')
    .description('give a client a further key and print it, once')
    .argument('<id>')
    .option('--json', 'as {"client","key"}')
    .addOption(dataOption())
    .action((id: string, flags: ClientFlags) => run((terminal) => addKey(id, flags, terminal)));
  client
    .command('list')
    .description('show the clients that may connect')
    .option('--json', 'as a JSON array of {client, may_call, may_provide, created, last_used}')
    .addOption(dataOption())
    .action((flags: ClientFlags) => run((terminal) => list(flags, terminal)));
  client
    .command('revoke')
    .description('refuse a client from now on, and close its connections')
    .argument('<id>')
    .addOption(dataOption())
    .action((id: string, flags: ClientFlags) => run((terminal) => revoke(id, flags, terminal)));
  client
    .command('restore')
    .description('take a revocation back')
    .argument('<id>')
    .addOption(dataOption())
    .action((id: string, flags: ClientFlags) => run((terminal) => restore(id, flags, terminal)));
  addClientAccessCommands(client, run);
}
