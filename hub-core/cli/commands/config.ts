import type { Command } from 'commander';
import { defaultDataDir } from '../../host/data-dir.ts';
import type { EffectiveSetting } from '../../host/configuration/load-configuration.ts';
import { collect } from '../arguments.ts';
import { ExitCode, usageError } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import type { RunCommand } from '../run-command.ts';
import { formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';

export interface ConfigFlags {
  readonly data?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly changed?: true;
  readonly json?: true;
}

const MAX_CELL = 48;

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}

const sourceText = ({ source, origin }: EffectiveSetting): string => origin ?? source;

/** All that is known of one. */
function details({ setting, value, source, origin }: EffectiveSetting): string {
  const rows: readonly (readonly [string, string])[] = [
    ['value', JSON.stringify(value)],
    ['from', origin === undefined ? source : `${source}: ${origin}`],
    ['default', JSON.stringify(setting.fallback)],
    ['variable', setting.variable],
    ['meaning', setting.description],
  ];
  return [setting.name, ...rows.map(([label, text]) => `  ${label.padEnd(8)}  ${text}`)].join('\n');
}

const asJson = ({ setting, value, source, origin }: EffectiveSetting) => ({
  name: setting.name,
  value,
  source,
  origin: origin ?? null,
  default: setting.fallback,
  variable: setting.variable,
  description: setting.description,
});

/** Picks one setting, those of a section, or all. @throws {CommandError} when there is none of that name */
function pick(settings: readonly EffectiveSetting[], name: string | undefined): readonly EffectiveSetting[] {
  if (name === undefined) return settings;
  const chosen = settings.filter(({ setting }) => setting.name === name || setting.name.startsWith(`${name}.`));
  if (chosen.length === 0) throw usageError(`Cannot show "${name}": there is no such setting; see "whub config"`);
  return chosen;
}

/** Shows what a hub that is started here would be configured with, and where each value comes from. */
export async function showConfig(name: string | undefined, flags: ConfigFlags, terminal: Terminal): Promise<ExitCode> {
  const { loadConfiguration } = await import('../../host/configuration/load-configuration.ts');
  const { file, settings } = loadConfiguration({
    dataDir: flags.data ?? defaultDataDir(terminal.env),
    file: flags.config,
    environment: terminal.env,
    flags: {},
    assignments: flags.set,
  });
  const wanted = pick(settings, name);
  const shown = flags.changed === true ? wanted.filter(({ source }) => source !== 'default') : wanted;
  const [first] = shown;
  if (flags.json === true) {
    printLine(terminal.stdout, JSON.stringify({ file: file ?? null, settings: shown.map(asJson) }));
  } else if (first !== undefined && shown.length === 1 && first.setting.name === name) {
    printLine(terminal.stdout, details(first));
  } else {
    const rows = shown.map((each) => [each.setting.name, valueText(each.value), sourceText(each)]);
    printLine(terminal.stderr, file === undefined ? 'no configuration file' : `file  ${file}`);
    if (rows.length === 0) printLine(terminal.stderr, 'every setting has its default');
    else printLine(terminal.stdout, formatTable(['NAME', 'VALUE', 'FROM'], rows));
  }
  return ExitCode.Ok;
}

export function addConfigCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('config')
    .description('show the settings of a hub started here, each with its value and where that comes from')
    .argument('[name]', 'one setting, or a section of them: limits')
    .addOption(dataOption())
    .option('--config <file>', 'configuration (WHUB_CONFIG_FILE; default: whub.config.json in the data folder, if any)')
    .option('--set <name=value>', 'as for "whub serve"', collect)
    .option('--changed', 'only what has not its default')
    .option('--json', 'as {"file","settings":[{name, value, source, origin, default, variable, description}]}');
  withExamples(command, [
    'whub config',
    'whub config limits.heartbeatMs',
    'WHUB_LIMITS_HEARTBEAT_MS=5000 whub config --changed',
  ]).action((name: string | undefined, flags: ConfigFlags) => run((terminal) => showConfig(name, flags, terminal)));
}
