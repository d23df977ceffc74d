import { spawn } from 'node:child_process';
import { ROOT, projectNode, toolEnvironment } from './project.mjs';

/** A step that did not work: what happened, what the command printed, and what a person can do about it. */
export class StepError extends Error {
  constructor(message, { advice = '', output = '', cause } = {}) {
    super(message, { cause });
    this.name = 'StepError';
    this.advice = advice;
    this.output = output;
  }
}

/**
 * Runs `work` under a line of progress that ends with the seconds it took; on a terminal the seconds count up.
 * @throws what `work` throws, after the line has said so
 */
export async function step(title, work) {
  const startedMs = Date.now();
  const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
  const live = process.stdout.isTTY;
  const ticking = live ? setInterval(() => process.stdout.write(`\r  ${title} … ${seconds()} `), 200) : undefined;
  if (live) process.stdout.write(`  ${title} … `);
  const end = (mark) => {
    clearInterval(ticking);
    process.stdout.write(`${live ? '\r\u001B[K' : ''}${mark} ${title} (${seconds()})\n`);
  };
  try {
    const result = await work();
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}

/**
 * Runs a command to its end.
 * @param {{ args: readonly string[], command?: string, show?: boolean, env?: object, timeoutMs?: number, shell?: boolean }} options
 *   `command` is the project's Node unless given; `show` passes the output on as it comes
 * @returns its output (empty with `show`)
 * @throws {StepError} with the output when it fails, cannot be started, or takes longer than `timeoutMs`
 */
export function run({ command = projectNode(), args, show = false, env = {}, timeoutMs = 0, shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: toolEnvironment(env),
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      shell,
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (cause) => reject(new StepError(`Cannot start "${command}": ${cause.message}`, { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new StepError(`"${[command, ...args].join(' ')}" ended with ${signal ?? `code ${code}`}`, { output }));
    });
  });
}

/** Says what went wrong and what to do, and makes the process end with 1. */
export function fail(error) {
  if (error instanceof StepError) {
    if (error.output !== '') console.error(`\n${error.output.trimEnd()}`);
    console.error(`\n${error.message}`);
    if (error.advice !== '') console.error(error.advice);
  } else {
    console.error(error);
  }
  process.exitCode = 1;
}
