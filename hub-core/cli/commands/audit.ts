import type { Command } from 'commander';
import { defaultDataDir } from '../../host/data-dir.ts';
import { wholeNumber } from '../arguments.ts';
import { ExitCode } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';

const MAX_LIMIT = 100_000;

export interface AuditFlags {
  readonly data?: string;
  readonly limit: number;
  readonly json?: true;
}

/** Who changed what, newest first. */
export async function audit({ data, limit, json }: AuditFlags, terminal: Terminal): Promise<ExitCode> {
  // Loads SQLite, which other commands do not need.
  const { listAudit } = await import('../../host/local-audit.ts');
  const rows = listAudit(data ?? defaultDataDir(terminal.env), { limit }).map(({ atMs, ...entry }) => ({
    at: new Date(atMs).toISOString(),
    ...entry,
  }));
  const text =
    json === true
      ? JSON.stringify(rows)
      : formatTable(
          ['AT', 'WHO', 'VIA', 'FROM', 'ACTION', 'TARGET', 'DETAIL'],
          rows.map(({ at, actor, via, address, action, target, detail }) => [
            at,
            actor,
            via,
            address ?? '-',
            action,
            target || '-',
            detail || '-',
          ]),
        );
  printLine(terminal.stdout, text);
  return ExitCode.Ok;
}

export function addAuditCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('audit')
    .description('show who changed clients, grants, blocks and services of a data folder, newest first')
    .option('--limit <count>', 'how many at most', wholeNumber(1, MAX_LIMIT), 50)
    .option('--json', 'as a JSON array of {id, at, actor, via, address, action, target, detail}')
    .addOption(dataOption());
  withExamples(command, ['whub audit', 'whub audit --limit 500 --json']).action((flags: AuditFlags) =>
    run((terminal) => audit(flags, terminal)),
  );
}
