import { Option, type Command } from 'commander';

/** Adds the flags by which a command finds its hub. */
export function withConnectFlags(command: Command): Command {
  return command
    .option('--url <url>', 'address of the hub (WHUB_URL)')
    .option('--client <id>', 'client id (WHUB_CLIENT)')
    .option('--key <key>', 'its key (WHUB_KEY)')
    .option('--ca <file>', 'PEM file of the authority to trust over TLS (WHUB_CA)')
    .option(
      '--client-cert <file>',
      'PEM file of a certificate that names the client, instead of a key (WHUB_CLIENT_CERT)',
    )
    .option('--client-cert-key <file>', 'PEM file of its private key (WHUB_CLIENT_CERT_KEY)')
    .addOption(dataOption());
}

export function dataOption(): Option {
  return new Option('--data <dir>', 'data folder of a hub on this machine (WHUB_DATA)');
}

export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}
