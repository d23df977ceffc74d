import type { Command } from 'commander';
import { z } from 'zod';
import { connect } from '../connect.ts';
import type { ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { formatBytes, formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface StatusFlags extends ConnectFlags {
  readonly json?: true;
}

const milliseconds = z.number().nullable();

const limitSchema = z.object({
  name: z.string(),
  unit: z.string(),
  used: z.number(),
  limit: z.number().nullable(),
  at: z.string().optional(),
});

const statusSchema = z.object({
  name: z.string(),
  version: z.string(),
  started_at: z.string(),
  connections: z.number(),
  clients: z.number(),
  services: z.number(),
  providers: z.number(),
  in_flight: z.number(),
  queued: z.number(),
  requests_per_sec: z.number(),
  errors_per_sec: z.number(),
  latency_ms: z.object({ p50: milliseconds, p95: milliseconds, p99: milliseconds }),
  event_loop_delay_ms: z.number(),
  rss_bytes: z.number(),
  limits: z.array(limitSchema),
});

const ms = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)} ms`);

function rowsOf(shown: z.infer<typeof statusSchema>): (readonly [string, string])[] {
  const { p50, p95, p99 } = shown.latency_ms;
  return [
    ['hub', `${shown.name} ${shown.version}`],
    ['started', shown.started_at],
    ['connections', `${String(shown.connections)} of ${String(shown.clients)} clients`],
    ['services', `${String(shown.services)} with ${String(shown.providers)} providers`],
    ['requests', `${shown.requests_per_sec.toFixed(0)}/s, ${shown.errors_per_sec.toFixed(0)}/s with an error`],
    ['in flight', `${String(shown.in_flight)}, ${String(shown.queued)} queued`],
    ['latency', `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}`],
    ['event loop', `${ms(shown.event_loop_delay_ms)} late`],
    ['memory', formatBytes(shown.rss_bytes)],
  ];
}

function limitRow({ name, unit, used, limit, at = '' }: z.infer<typeof limitSchema>): readonly string[] {
  const shown = (value: number): string => (unit === 'bytes' ? formatBytes(value) : String(value));
  if (limit === null) return [name, shown(used), 'none', '-', at];
  return [name, shown(used), shown(limit), `${((100 * used) / limit).toFixed(0)} %`, at];
}

/** How the hub is doing, in tables or as the hub says it. */
export async function status(flags: StatusFlags, terminal: Terminal): Promise<ExitCode> {
  await using client = await connect(flags, terminal);
  const reply = (await client.request({ uri: '/status/', signal: terminal.interrupted })).orThrow();
  if (flags.json === true) printLine(terminal.stdout, reply.text());
  else {
    const shown = statusSchema.parse(reply.json());
    const [first = ['', ''], ...rest] = rowsOf(shown);
    printLine(terminal.stdout, formatTable(first, rest));
    printLine(terminal.stdout, '');
    const limits = shown.limits.map((use) => limitRow(use));
    printLine(terminal.stdout, formatTable(['LIMIT', 'USED', 'OF', '%', 'AT'], limits));
  }
  return ExitCode.Ok;
}

export function addStatusCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('status')
    .description('how the hub is doing: counts, rates, latencies, and how near each limit is')
    .option('--json', "the hub's answer as it came");
  withExamples(withConnectFlags(command), ['whub status', 'whub status --json']).action((flags: StatusFlags) =>
    run((terminal) => status(flags, terminal)),
  );
}
