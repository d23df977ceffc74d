import { openSync, readSync, closeSync, fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { redact } from '../../../hub-core/host/log.ts';

const LOGS = ['main', 'host', 'hub', 'capture'] as const;
const TAIL_BYTES = 8 << 10;

export interface DiagnosticsFacts {
  /** Name → version, or anything else that fits in a line. */
  readonly facts: Readonly<Record<string, string>>;
  readonly logDir: string;
}

/** The end of a file, from the first whole line on; empty when there is none. */
function tailOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8');
    return size > bytes.length ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(descriptor);
  }
}

/** Text for a report of what went wrong: no secret is in it, and no name of this machine's user. */
export function diagnosticsText({ facts, logDir }: DiagnosticsFacts): string {
  const head = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  const logs = LOGS.flatMap((name) => {
    const tail = tailOf(join(logDir, `${name}.log`)).trimEnd();
    return tail === '' ? [] : ['', `--- ${name}.log`, tail];
  });
  return redact([...head, ...logs, ''].join('\n')).replaceAll(homedir(), '~');
}
