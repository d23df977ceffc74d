import { PassThrough, Readable } from 'node:stream';
import type { Terminal } from '../../cli/terminal.ts';

export interface TestTerminal extends Terminal {
  /** What was written so far. */
  readonly written: { readonly stdout: string; readonly stderr: string };
  interrupt(reason: Error): void;
}

function collector(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

function piped(text: string | undefined): Readable {
  return Readable.from(text === undefined ? [] : [Buffer.from(text)]);
}

/** Types one line whenever somebody begins to listen. */
function keyboard(lines: readonly string[]): Readable {
  const waiting = [...lines];
  const keys = new PassThrough();
  keys.on('resume', () => {
    const line = waiting.shift();
    if (line !== undefined) keys.write(`${line}\r`);
  });
  return Object.assign(keys, { isTTY: true, setRawMode: () => keys });
}

/** A terminal that remembers what was written to it. */
export function createTestTerminal(
  options: { readonly env?: Terminal['env']; readonly stdin?: string; readonly typed?: readonly string[] } = {},
): TestTerminal {
  const [stdout, stderr, controller] = [collector(), collector(), new AbortController()];
  return {
    stdin: options.typed === undefined ? piped(options.stdin) : keyboard(options.typed),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    interrupted: controller.signal,
    onHangup: () => ({ [Symbol.dispose]: () => undefined }),
    written: {
      get stdout() {
        return stdout.text();
      },
      get stderr() {
        return stderr.text();
      },
    },
    interrupt: (reason) => controller.abort(reason),
  };
}
