import type { Command } from 'commander';
import { connect } from '../connect.ts';
import type { ConnectFlags } from '../credentials.ts';
import { ExitCode } from '../exit.ts';
import { withConnectFlags, withExamples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import type { RunCommand } from '../run-command.ts';

/** The arguments of the command. */
export interface SentMessage {
  readonly to: string;
  readonly topic: string;
  readonly payload: string;
}

/** Text that is no JSON goes as a JSON string, as a person would mean it. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    if (error instanceof SyntaxError) return JSON.stringify(text);
    throw error;
  }
}

/** Sends a message to each connection of a client, and says how many it reached. */
export async function send(message: SentMessage, flags: ConnectFlags, terminal: Terminal): Promise<ExitCode> {
  const { to, topic, payload } = message;
  await using client = await connect(flags, terminal);
  const reply = await client.request({
    method: 'POST',
    uri: '/message/send',
    // Put together as text, so that no number of the payload is printed anew.
    body: `{"to":${JSON.stringify(to)},"topic":${JSON.stringify(topic)},"payload":${jsonOf(payload)}}`,
    encoding: 'json',
    signal: terminal.interrupted,
  });
  printLine(terminal.stdout, reply.orThrow().text());
  return ExitCode.Ok;
}

export function addSendCommand(program: Command, run: RunCommand): void {
  const command = program
    .command('send')
    .description('send a message to each connection of a client; takes a grant to call "message"')
    .argument('<client>')
    .argument('<topic>', 'what it is about, as door/open')
    .argument('<payload>', 'JSON, or any other text as a JSON string');
  withExamples(withConnectFlags(command), [
    'whub send sensor door/open now',
    `whub send sensor settings '{"interval_ms":500}'`,
  ]).action((to: string, ...[topic, payload, flags]: [topic: string, payload: string, flags: ConnectFlags]) =>
    run((terminal) => send({ to, topic, payload }, flags, terminal)),
  );
}
