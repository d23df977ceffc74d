import type { Command } from 'commander';
import { z } from 'zod';
import { connect } from '../connect.ts';
import type { ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { formatTable } from '../table.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { watchServices } from './services-watch.ts';
import type { RunCommand } from '../run-command.ts';

export interface ServicesFlags extends ConnectFlags {
  readonly watch?: true;
  readonly json?: true;
}

const servicesSchema = z.array(
  z.object({
    id: z.string(),
    version: z.string(),
    policy: z.string(),
    providers: z.number(),
    queued: z.number(),
    routes: z.array(z.unknown()),
  }),
);

/** The services that the client may call or provide. */
export async function services(flags: ServicesFlags, terminal: Terminal): Promise<ExitCode> {
  await using client = await connect(flags, terminal);
  if (flags.watch === true) return await watchServices(client, terminal, { json: flags.json === true });
  const reply = (await client.request({ uri: '/services/', signal: terminal.interrupted })).orThrow();
  if (flags.json === true) printLine(terminal.stdout, reply.text());
  else {
    const rows = servicesSchema
      .parse(reply.json())
      .map(({ id, version, policy, providers, queued, routes }) => [
        id,
        version === '' ? '-' : version,
        String(routes.length),
        policy,
        String(providers),
        String(queued),
      ]);
    printLine(terminal.stdout, formatTable(['SERVICE', 'VERSION', 'ROUTES', 'POLICY', 'PROVIDERS', 'QUEUED'], rows));
  }
  return ExitCode.Ok;
}

export function addServicesCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('services')
    .description('the services that this client may call or provide')
    .option('--watch', 'go on with a line for each that comes, goes, or changes its health, until Ctrl-C')
    .option('--json', "the hub's answer as it came; with --watch one document a line");
  withExamples(withConnectFlags(command), ['whub services', 'whub services --watch']).action((flags: ServicesFlags) =>
    run((terminal) => services(flags, terminal)),
  );
}
