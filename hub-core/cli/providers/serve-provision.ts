import type { ProvideOptions } from '../../client/node/index.ts';
import { connect } from '../connect.ts';
import type { ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { printLine, whenInterrupted, type Terminal } from '../terminal.ts';

export interface ProvideFlags extends ConnectFlags {
  readonly service: string;
  readonly connections: number;
}

/** Offers a service until the command is interrupted, then drains it. */
export async function serveProvision(
  service: ProvideOptions,
  flags: ProvideFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const over = Promise.withResolvers<never>();
  // It may fail while the service is still being registered, which fails by itself then.
  over.promise.catch(() => undefined);
  await using client = await connect(flags, terminal, { connections: flags.connections });
  const announce = (connections: number): void => {
    printLine(terminal.stdout, `providing /${flags.service} on ${String(connections)} connections`);
  };
  client.onDidChangeState.subscribe((state) => {
    if (state.kind === 'reconnecting') printLine(terminal.stderr, `whub: reconnecting: ${state.reason}`);
    if (state.kind === 'failed') over.reject(state.error);
  });
  const provision = await client.provide({
    ...service,
    onHandlerError: (error) => {
      printLine(terminal.stderr, `whub: a request failed: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  announce(provision.connections);
  provision.onDidRegister.subscribe(announce);
  provision.onDidFail.subscribe((error) => over.reject(error));
  await Promise.race([over.promise, whenInterrupted(terminal)]);
  await provision.drain();
  return ExitCode.Ok;
}
