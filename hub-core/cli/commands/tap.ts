import type { Command } from 'commander';
import type { ExchangeRow } from '../../console/contract/capture-contract.ts';
import { resolveTarget, type ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { followExchanges } from '../follow-exchanges.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { formatBytes } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface TapFlags extends ConnectFlags {
  readonly filter: string;
  readonly json?: true;
}

const time = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** What callers chose goes to a terminal: control characters would move its cursor or change its title. */
function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this replaces
  return text.replace(/[\u0000-\u001F\u007F-\u009F]/g, '\u{FFFD}');
}

function formatGap({ rows, reason }: NonNullable<ExchangeRow['gap']>): string {
  if (rows !== null) return `${String(rows)} exchanges were not recorded: the store could not keep up`;
  return reason === 'ended'
    ? 'The hub ended without warning: its last exchanges were not recorded'
    : 'Exchanges were not recorded: the store could not keep up';
}

/** `12:34:56.789  200  GET /files/list  web → disk  3.2 ms  1.2 KB` */
export function formatExchange(row: ExchangeRow): string {
  if (row.gap !== null) return `${time.format(row.atMs)}  gap   ${formatGap(row.gap)}`;
  const status = row.status === null || row.status === 0 ? (row.outcome ?? '-') : String(row.status);
  const provider = row.providerClient === '' ? 'hub' : row.providerClient;
  const duration = row.durationMs === null ? '-' : `${row.durationMs.toFixed(1)} ms`;
  const parts = [
    time.format(row.atMs),
    status.padEnd(4),
    `${row.method} ${row.uri}`,
    `${row.from} → ${provider}`,
    duration,
  ];
  const last = row.error === '' ? formatBytes(row.replyBytes) : row.error;
  return visible([...parts, last].join('  '));
}

/** Prints exchanges as they end, until the command is interrupted. */
export async function tap(flags: TapFlags, terminal: Terminal): Promise<ExitCode> {
  const target = await resolveTarget(flags, terminal);
  // Loaded here, as in the other commands what they alone need: `whub call` is to start quickly.
  const { openCapture } = await import('../capture-session.ts');
  await using session = await openCapture(target, terminal.interrupted);
  const over = AbortSignal.any([terminal.interrupted, session.ended]);
  const exchanges = await followExchanges(session.capture, flags.filter, over);
  printLine(terminal.stderr, `whub: tapping ${target.url}`);
  for await (const row of exchanges) {
    printLine(terminal.stdout, flags.json === true ? JSON.stringify(row) : formatExchange(row));
  }
  if (!terminal.interrupted.aborted) session.ended.throwIfAborted();
  return ExitCode.Ok;
}

export function addTapCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('tap')
    .description('print exchanges live, each when it ends; needs the key of a manager')
    .option('--filter <query>', 'only those that match, as in the inspector', '')
    .option('--json', 'one JSON object a line');
  withExamples(withConnectFlags(command), ['whub tap', 'whub tap --filter "service:files status:4xx"']).action(
    (flags: TapFlags) => run((terminal) => tap(flags, terminal)),
  );
}
