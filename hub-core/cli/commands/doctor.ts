import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { defaultDataDir } from '../../host/data-dir.ts';
import type { Examination } from '../../host/doctor/examine.ts';
import type { Finding, Repair } from '../../host/doctor/finding.ts';
import { wholeNumber } from '../arguments.ts';
import { CommandError, ExitCode, usageError } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { printLine, type Terminal } from '../terminal.ts';

export interface DoctorFlags {
  readonly data?: string;
  readonly port: number;
  readonly json?: true;
  readonly repair?: true;
  readonly yes?: true;
}

/** They load SQLite, which few commands need. */
const doctorTools = () => Promise.all([import('../../host/doctor/examine.ts'), import('../../host/doctor/repair.ts')]);

const LEVEL_WIDTH = 4;

function linesOf(findings: readonly Finding[]): readonly string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(LEVEL_WIDTH + width + 4);
  return findings.flatMap(({ level, check, text, advice }) => [
    `${level.padEnd(LEVEL_WIDTH)}  ${check.padEnd(width)}  ${text}`,
    ...(advice === undefined ? [] : [`${indent}${advice}`]),
  ]);
}

const repairsOf = ({ findings }: Examination): readonly Repair[] => findings.flatMap(({ repairs = [] }) => repairs);

const exitCodeOf = ({ findings }: Examination): ExitCode =>
  findings.some(({ level }) => level === 'fail') ? ExitCode.Failure : ExitCode.Ok;

/** @returns true for a line that begins with y; nobody who answers is a no */
async function isAgreed(terminal: Terminal): Promise<boolean> {
  terminal.stderr.write('Do that? [y/N] ');
  using lines = new DisposableStack();
  const reader = lines.adopt(createInterface({ input: terminal.stdin }), (each) => each.close());
  const controller = new AbortController();
  lines.defer(() => controller.abort());
  const signal = AbortSignal.any([controller.signal, terminal.interrupted]);
  const answer = await Promise.race([
    once(reader, 'line', { signal }).then(([line]) => String(line)),
    once(reader, 'close', { signal }).then(() => ''),
  ]);
  return /^y(es)?$/i.test(answer.trim());
}

function print(examination: Examination, repaired: readonly string[], { flags, terminal }: Run): void {
  if (flags.json === true) {
    const findings = examination.findings.map(({ check, level, text, advice }) => ({ check, level, text, advice }));
    printLine(terminal.stdout, JSON.stringify({ data: examination.dataDir, findings, repaired }));
    return;
  }
  for (const line of linesOf(examination.findings)) printLine(terminal.stdout, line);
}

interface Run {
  readonly flags: DoctorFlags;
  readonly terminal: Terminal;
}

/** @throws {CommandError} when a hub runs, or the answer is no */
async function agreeOn(examination: Examination, repairs: readonly string[], { flags, terminal }: Run): Promise<void> {
  if (examination.isRunning) {
    const text = `Cannot repair "${examination.dataDir}": a hub runs on it; stop it with "whub stop" first`;
    throw new CommandError(ExitCode.Failure, text);
  }
  if (flags.json !== true) {
    print(examination, [], { flags, terminal });
    printLine(terminal.stderr, 'To be repaired:');
    for (const repair of repairs) printLine(terminal.stderr, `- ${repair}`);
  }
  if (flags.yes === true || (await isAgreed(terminal))) return;
  throw new CommandError(ExitCode.Failure, `Cannot repair "${examination.dataDir}": that was not agreed to`);
}

/** Says how a data folder is, and puts right what it can when asked to. */
export async function doctor(flags: DoctorFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.json === true && flags.repair === true && flags.yes !== true) {
    throw usageError('Cannot ask before a repair with --json: add --yes');
  }
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  const [{ examine }, { carryOutRepairs, describeRepair }] = await doctorTools();
  const before = await examine(dataDir, flags.port);
  const repairs = repairsOf(before);
  if (flags.repair !== true || repairs.length === 0) {
    print(before, [], { flags, terminal });
    return exitCodeOf(before);
  }
  await agreeOn(before, repairs.map(describeRepair), { flags, terminal });
  const repaired = carryOutRepairs(dataDir, repairs);
  if (flags.json !== true) printLine(terminal.stderr, repaired.join('\n'));
  const after = await examine(dataDir, flags.port);
  print(after, repaired, { flags, terminal });
  return exitCodeOf(after);
}

export function addDoctorCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('doctor')
    .description('look at a data folder and the machine for what keeps a hub from starting or from keeping its data')
    .addOption(dataOption())
    .option('--port <port>', 'port that the hub is to have', wholeNumber(1, 65_535), 7_410)
    .option('--repair', 'put right what can be: modes of files, a damaged database by its last backup that is whole')
    .option('--yes', 'do not ask before a repair')
    .option('--json', 'as {"data","findings":[{check, level, text, advice}],"repaired":[…]}');
  withExamples(command, ['whub doctor', 'whub doctor --repair', 'whub doctor --data ./hub-data --json']).action(
    (flags: DoctorFlags) => run((terminal) => doctor(flags, terminal)),
  );
}
