import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { defaultDataDir } from '../../host/data-dir.ts';
import type { HubHost, HubHostOptions, HubHostReady } from '../../host/hub-host.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { CommandError, ExitCode } from '../exit.ts';
import { dataOption, withExamples } from '../options.ts';
import { printLine, whenInterrupted, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface ServeFlags {
  readonly host?: readonly string[];
  readonly port?: number;
  readonly allowRemote?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly requireTls?: true;
  readonly data?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly middleware?: readonly string[];
  readonly pageHost?: readonly string[];
  readonly json?: true;
  readonly log: NonNullable<HubHostOptions['logLevel']>;
}

/** The built console, beside the built CLI or, run from its sources, in the checkout's `out`. */
function consoleAssetsDir(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = [join(folder, 'renderer'), join(folder, 'out', 'renderer')].find((dir) =>
      existsSync(join(dir, 'assets')),
    );
    if (found !== undefined) return found;
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return undefined;
  }
}

function announce(ready: HubHostReady, dataDir: string, terminal: Terminal): void {
  printLine(terminal.stdout, `hub      ${ready.url}`);
  if (ready.tlsUrl !== undefined && !ready.url.startsWith('wss:'))
    printLine(terminal.stdout, `tls      ${ready.tlsUrl}`);
  printLine(terminal.stdout, `console  ${ready.consoleUrl}`);
  printLine(terminal.stdout, `data     ${dataDir}`);
}

/**
 * Resolves when the hub is to end: asked by a signal, by `whub stop`, or because its thread will not stay up. Without the
 * capture's thread it goes on; the log and the console say so.
 */
function ended(host: HubHost, terminal: Terminal): Promise<HubHost['state'] | void> {
  const { promise, resolve: end } = Promise.withResolvers<HubHost['state']>();
  host.onDidChangeState.subscribe((state) => {
    if (state.kind === 'stopped' || (state.kind === 'crashed' && state.thread === 'hub')) end(state);
  });
  return Promise.race([promise, whenInterrupted(terminal)]);
}

/** They load SQLite, which few commands need. */
const hostTools = () =>
  Promise.all([import('../../host/create-hub-host.ts'), import('../../host/configuration/load-configuration.ts')]);

const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));

/** The flags by the names of the settings that they are. */
function settingsOf(flags: ServeFlags): Readonly<Record<string, unknown>> {
  const { host, port, allowRemote, middleware, pageHost, tlsCert, tlsKey, tlsClientCa, requireTls } = flags;
  return {
    host,
    port,
    allowRemote,
    pageHosts: pageHost,
    middleware: middleware?.map((file) => ({ file: resolve(file) })),
    'tls.certFile': absolute(tlsCert),
    'tls.keyFile': absolute(tlsKey),
    'tls.caFile': absolute(tlsClientCa),
    'tls.clientCertificates': tlsClientCa === undefined ? undefined : 'optional',
    'tls.plain': requireTls === true ? 'refuse' : undefined,
  };
}

/** Runs a hub until it is told to stop. */
export async function serve(flags: ServeFlags, terminal: Terminal): Promise<ExitCode> {
  const dataDir = flags.data ?? defaultDataDir(terminal.env);
  const [{ createHubHost }, { loadConfiguration }] = await hostTools();
  const { config } = loadConfiguration({
    dataDir,
    file: flags.config,
    environment: terminal.env,
    flags: settingsOf(flags),
    assignments: flags.set,
  });
  await using host = createHubHost({ config, consoleAssetsDir: consoleAssetsDir(), logLevel: flags.log });
  const end = ended(host, terminal);
  using _hangup = terminal.onHangup(() => void host.refresh());
  const ready = await host.start();
  if (flags.json === true) {
    const { url, consoleUrl } = ready;
    const line = { event: 'ready', port: ready.port, url, console: consoleUrl, pid: process.pid };
    printLine(terminal.stdout, JSON.stringify(line));
  } else {
    announce(ready, dataDir, terminal);
  }
  const state = await end;
  if (state?.kind === 'crashed') {
    throw new CommandError(
      ExitCode.Failure,
      `Cannot keep the hub running: its ${state.thread} thread failed: ${state.reason}`,
    );
  }
  printLine(terminal.stderr, 'whub: stopping');
  await host.stop();
  return ExitCode.Ok;
}

export function addServeCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('serve')
    .description('run a hub until Ctrl-C, SIGTERM or "whub stop"')
    .option('--host <address>', 'address to listen on; may be repeated (default: 127.0.0.1)', collect)
    .option('--port <port>', 'port to listen on; 0 lets the system choose (default: 7410)', wholeNumber(0, 65_535))
    .option('--allow-remote', 'permit an address that other machines can reach; also what is not encrypted')
    .option('--tls-cert <file>', 'PEM file of a certificate, see "whub cert": TLS is spoken on the same port')
    .option('--tls-key <file>', 'PEM file of its private key')
    .option('--tls-client-ca <file>', 'PEM file of the authority whose client certificates count instead of keys')
    .option('--require-tls', 'take nothing that is not encrypted, not even from this machine')
    .option('--middleware <file>', 'ES module that every request passes; may be repeated, in that order', collect)
    .option('--page-host <name>', 'name under which web pages of services run as their own; may be repeated', collect)
    .option('--config <file>', 'configuration (WHUB_CONFIG_FILE; default: whub.config.json in the data folder, if any)')
    .option('--set <name=value>', 'one setting of it, see "whub config"; may be repeated', collect)
    .addOption(dataOption())
    .option('--json', 'say when it is ready in one line of JSON, the first on stdout')
    .option('--headless', 'accepted for symmetry with "npm start": this command never opens a window')
    .addOption(
      new Option('--log <level>', 'least level that is logged, to stderr')
        .choices(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
        .default('warn'),
    );
  withExamples(command, [
    'whub serve',
    'whub serve --port 0 --data ./hub-data --json',
    'whub serve --tls-cert hub.crt --tls-key hub.key --host 0.0.0.0',
    'whub serve --set limits.heartbeatMs=5000 --set auth.signup=true',
  ]).action((flags: ServeFlags) => run((terminal) => serve(flags, terminal)));
}
