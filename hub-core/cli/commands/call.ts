import { once } from 'node:events';
import type { Command } from 'commander';
import type { HubClient, MethodWord, Reply, StreamReply } from '../../client/node/index.ts';
import { collectHeader, parseMethodArgument, parseUriArgument, wholeNumber } from '../arguments.ts';
import { connect } from '../connect.ts';
import type { ConnectFlags } from '../credentials.ts';
import { exitCodeOfStatus, type ExitCode } from '../exit.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { readBody } from '../request-body.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

export interface CallFlags extends ConnectFlags {
  readonly body?: string;
  readonly header?: readonly (readonly [string, string])[];
  readonly timeout?: number;
  readonly include?: true;
}

/** The arguments of the command. */
export interface CalledRoute {
  readonly method: MethodWord;
  readonly uri: string;
}

/** Sends one request: the body of its answer to stdout, all else to stderr. */
export async function call({ method, uri }: CalledRoute, flags: CallFlags, terminal: Terminal): Promise<ExitCode> {
  const headers = [...(flags.header ?? [])];
  const hasContentType = headers.some(([name]) => name === 'content-type');
  const sent = flags.body === undefined ? undefined : await readBody(flags.body, hasContentType, terminal);
  if (sent?.contentType !== undefined) headers.push(['content-type', sent.contentType]);
  await using client: HubClient = await connect(flags, terminal);
  const asked = {
    method,
    uri,
    headers,
    body: sent?.body,
    encoding: sent?.encoding,
    timeoutMs: flags.timeout,
    signal: terminal.interrupted,
  };
  const withHead = flags.include === true;
  if (client.abilities.streams) {
    const reply = await client.request({ ...asked, stream: true });
    showHead(reply, withHead, terminal);
    await writeBody(reply, terminal);
    return exitCodeOfStatus(reply.status);
  }
  const reply = await client.request(asked);
  showHead(reply, withHead, terminal);
  await writeBody([reply.bytes()], terminal);
  return exitCodeOfStatus(reply.status);
}

function showHead(reply: Reply | StreamReply, withHeaders: boolean, terminal: Terminal): void {
  if (withHeaders) {
    printLine(terminal.stderr, String(reply.status));
    for (const [name, value] of reply.headers) printLine(terminal.stderr, `${name}: ${value}`);
    printLine(terminal.stderr, '');
  } else if (!reply.ok) {
    printLine(terminal.stderr, `whub: the answer is ${String(reply.status)}`);
  }
}

/** Writes the body no faster than stdout takes it. */
async function writeBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { stdout, interrupted }: Terminal,
): Promise<void> {
  let last = 0x0a;
  for await (const chunk of body) {
    last = chunk.at(-1) ?? last;
    if (!stdout.write(chunk)) await once(stdout, 'drain', { signal: interrupted });
  }
  // A prompt right behind the last character is hard to read; a file or a pipe gets the bytes as they are.
  if (stdout.isTTY === true && last !== 0x0a) stdout.write('\n');
}

export function addCallCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('call')
    .description('send a request and print its answer')
    .argument('<method>', 'GET, POST, CALL, …', parseMethodArgument)
    .argument('<uri>', '/service/route?query', parseUriArgument)
    .option('--body <body>', 'TEXT, @FILE, or @- for stdin; JSON is recognised')
    .option('--header <name:value>', 'a header; may be repeated', collectHeader)
    .option('--timeout <ms>', 'how long to wait for the answer', wholeNumber(1, 4_294_967_295))
    .option('-i, --include', 'print status and headers, to stderr');
  withExamples(withConnectFlags(command), [
    'whub call GET /status/info',
    'whub call GET "/files/list/photos?sort=name" -i',
    `whub call POST /math/add --body '{"a":1,"b":2}'`,
    'whub call PUT /files/put/notes.txt --body @notes.txt --header "if-none-match: *"',
  ]).action((method: MethodWord, uri: string, flags: CallFlags) =>
    run((terminal) => call({ method, uri }, flags, terminal)),
  );
}
