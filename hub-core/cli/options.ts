import { Option, type Command } from 'commander';

/** Adds the flags by which a command finds its hub. */
export function withConnectFlags(command: Command): Command {
  return command
    .option('--url <url>', 'address of the hub (WHUB_URL)')
    .option('--client <id>', 'client id (WHUB_CLIENT)')
    .option('--key <key>', 'its key (WHUB_KEY)')
    .addOption(dataOption());
}

export function dataOption(): Option {
  return new Option('--data <dir>', 'data folder of a hub on this machine (WHUB_DATA)');
}

export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}
