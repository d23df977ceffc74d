import { realpath, stat } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { isServiceId } from '../../common/base/ids.ts';
import { wholeNumber } from '../arguments.ts';
import { CommandError, ExitCode, usageError } from '../exit.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { echoService } from '../providers/echo-service.ts';
import { filesService } from '../providers/files-service.ts';
import { httpService } from '../providers/http-service.ts';
import { serveProvision, type ProvideFlags } from '../providers/serve-provision.ts';
import type { Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

function checkService(id: string): void {
  if (isServiceId(id)) return;
  throw usageError(
    `Cannot provide "${id}": a service id is 1 to 64 lower-case letters, digits, dots, dashes or underscores`,
  );
}

/** @throws {CommandError} unless it is a folder that can be read */
async function realFolder(root: string): Promise<string> {
  let reason = 'it is no folder';
  try {
    const real = await realpath(root);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new CommandError(ExitCode.Failure, `Cannot provide folder "${root}": ${reason}`);
}

function httpTarget(text: string): URL {
  const target = URL.parse(text);
  if (target !== null && (target.protocol === 'http:' || target.protocol === 'https:')) return target;
  throw usageError(`Cannot pass requests to "${text}": write it as http://host:port`);
}

export async function provideEcho(flags: ProvideFlags, terminal: Terminal): Promise<ExitCode> {
  checkService(flags.service);
  return serveProvision(echoService(flags.service), flags, terminal);
}

export async function provideFiles(
  flags: ProvideFlags & { readonly root: string },
  terminal: Terminal,
): Promise<ExitCode> {
  checkService(flags.service);
  const root = await realFolder(flags.root);
  return serveProvision(filesService({ id: flags.service, root }), flags, terminal);
}

export interface ProvideHttpFlags extends ProvideFlags {
  readonly target: string;
  readonly socket?: string;
  readonly hostHeader: 'target' | 'original';
  readonly health?: string;
  readonly maxInFlight?: number;
}

export async function provideHttp(flags: ProvideHttpFlags, terminal: Terminal): Promise<ExitCode> {
  const { service: id, socket: socketPath, hostHeader, health, maxInFlight } = flags;
  checkService(id);
  const target = httpTarget(flags.target);
  if (health !== undefined && !/^\/[^?#]*$/.test(health)) {
    throw usageError(`Cannot ask "${health}" for the server's health: write it as a path of the server, like /health`);
  }
  return serveProvision(httpService({ id, target, socketPath, hostHeader, health, maxInFlight }), flags, terminal);
}

function withProvideFlags(command: Command): Command {
  command.requiredOption('--service <id>', 'service id: the first segment of its paths');
  command.addOption(
    new Option('--connections <n>', 'connections that offer it').argParser(wholeNumber(1, 64)).default(1),
  );
  return withConnectFlags(command);
}

export function addProvideCommand(program: Command, run: RunCommand): void {
  const provide = program.command('provide').description('offer a service until Ctrl-C');
  const echo = provide.command('echo').description('answer every request with its own body');
  withExamples(withProvideFlags(echo), ['whub provide echo --service echo']).action((flags: ProvideFlags) =>
    run((terminal) => provideEcho(flags, terminal)),
  );
  const files = provide
    .command('files')
    .description('offer a folder at GET /ID/list/*path and GET /ID/get/*path')
    .requiredOption('--root <dir>', 'the folder; nothing outside it can be reached');
  withExamples(withProvideFlags(files), [
    'whub provide files --service docs --root ./docs',
    'whub call GET /docs/list/',
    'whub call GET /docs/get/README.md',
  ]).action((flags: ProvideFlags & { readonly root: string }) => run((terminal) => provideFiles(flags, terminal)));
  const http = provide
    .command('http')
    .description('pass /ID/<path> to <URL>/<path> of an HTTP server')
    .requiredOption('--target <url>', 'the server, http:// or https://')
    .option('--socket <path>', 'Unix socket on which it listens, instead of the host and port of its url')
    .addOption(
      new Option('--host-header <which>', 'the Host that it is told: its own, or the one the caller named')
        .choices(['target', 'original'])
        .default('target'),
    )
    .option('--health <path>', 'path of the server that the hub asks for its health')
    .option('--max-in-flight <n>', 'requests at one time on each connection; 0 = no limit', wholeNumber(0, 1_000_000));
  withExamples(withProvideFlags(http), [
    'whub provide http --service shop --target http://127.0.0.1:8080',
    'whub provide http --service shop --target http://shop --socket /run/shop.sock --health /health',
  ]).action((flags: ProvideHttpFlags) => run((terminal) => provideHttp(flags, terminal)));
}
