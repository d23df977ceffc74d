import type { Command } from 'commander';
import { RequestError } from '../../common/errors/hub-error.ts';
import { defaultDataDir } from '../../host/data-dir.ts';
import { wholeNumber } from '../arguments.ts';
import { CommandError, ExitCode, usageError } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';

const MAX_MINUTES = 5_256_000;
const MS_PER_MINUTE = 60_000;

/** Loads SQLite, which other commands do not need. */
const admin = () => import('../../host/block-admin.ts');

export interface BlockFlags {
  readonly data?: string;
  readonly json?: true;
  /** The target is a client's id, not an address. */
  readonly client?: true;
}

export interface AddBlockFlags extends BlockFlags {
  readonly reason: string;
  /** 0 = until it is taken off. */
  readonly minutes: number;
}

const dataDirOf = ({ data }: BlockFlags, { env }: Terminal): string => data ?? defaultDataDir(env);
const kindOf = ({ client }: BlockFlags): 'address' | 'client' => (client === true ? 'client' : 'address');

/** What has not the right form is the fault of who typed it. */
function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RequestError && error.errorName === 'BAD_REQUEST_ERR') throw usageError(error.message);
    throw error;
  }
}

async function add(target: string, flags: AddBlockFlags, terminal: Terminal): Promise<ExitCode> {
  const { addBlock } = await admin();
  const request = { kind: kindOf(flags), target, reason: flags.reason, forMs: flags.minutes * MS_PER_MINUTE };
  const block = asUsage(() => addBlock(dataDirOf(flags, terminal), request));
  const until = block.expiresAtMs === null ? 'until it is taken off' : `for ${String(flags.minutes)} minutes`;
  printLine(terminal.stderr, `${block.kind} "${block.target}" is blocked ${until}`);
  return ExitCode.Ok;
}

async function remove(target: string, flags: BlockFlags, terminal: Terminal): Promise<ExitCode> {
  const { removeBlock } = await admin();
  const kind = kindOf(flags);
  if (!asUsage(() => removeBlock(dataDirOf(flags, terminal), { kind, target })))
    throw new CommandError(ExitCode.Failure, `Cannot unblock ${kind} "${target}": it is not on the block list`);
  printLine(terminal.stderr, `${kind} "${target}" is no longer blocked`);
  return ExitCode.Ok;
}

async function list(flags: BlockFlags, terminal: Terminal): Promise<ExitCode> {
  const { listBlocks } = await admin();
  const rows = listBlocks(dataDirOf(flags, terminal)).map((block) => ({
    kind: block.kind,
    target: block.target,
    source: block.source,
    reason: block.reason,
    since: new Date(block.createdAtMs).toISOString(),
    until: block.expiresAtMs === null ? null : new Date(block.expiresAtMs).toISOString(),
  }));
  const text =
    flags.json === true
      ? JSON.stringify(rows)
      : formatTable(
          ['KIND', 'TARGET', 'BY', 'SINCE', 'UNTIL', 'REASON'],
          rows.map((row) => [row.kind, row.target, row.source, row.since, row.until ?? '-', row.reason || '-']),
        );
  printLine(terminal.stdout, text);
  return ExitCode.Ok;
}

export function addBlockCommand(program: Command, run: RunCommand): void {
  const block = program
    .command('block')
    .description('keep addresses and clients out of the hub of a data folder, whether it runs or not');
  withExamples(block, [
    'whub block add 192.0.2.7 --minutes 60 --reason "scans"',
    'whub block add web --client',
    'whub block list --json',
    'whub block remove 192.0.2.7',
  ]);
  block
    .command('add')
    .description('block an address, a range or a client, whose connections are then closed')
    .argument('<target>', 'an address, a range like 10.0.0.0/8, or a client id with --client')
    .option('--client', 'the target is a client')
    .option('--reason <text>', 'why, for people', '')
    .option('--minutes <count>', 'for how long; 0 = until it is taken off', wholeNumber(0, MAX_MINUTES), 0)
    .addOption(dataOption())
    .action((target: string, flags: AddBlockFlags) => run((terminal) => add(target, flags, terminal)));
  block
    .command('remove')
    .description('let it in again')
    .argument('<target>')
    .option('--client', 'the target is a client')
    .addOption(dataOption())
    .action((target: string, flags: BlockFlags) => run((terminal) => remove(target, flags, terminal)));
  block
    .command('list')
    .description('show who is blocked')
    .option('--json', 'as a JSON array of {kind, target, source, reason, since, until}')
    .addOption(dataOption())
    .action((flags: BlockFlags) => run((terminal) => list(flags, terminal)));
}
