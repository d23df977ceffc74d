import * as electron from './electron.ts';
import { chromiumEndpoint } from './chromium.ts';

interface Question {
  readonly id: number;
  /** Source of a function to call with Electron's exports, or undefined to ask where the browser is. */
  readonly source?: string;
  readonly arg?: unknown;
}

type Run = (api: typeof electron, arg: unknown) => unknown;

/** Answers what a test asks over the channel that it started this process with, as Playwright's `evaluate` does on Electron. */
export function serveTests(): void {
  process.on('message', (message) => {
    const { id, source, arg } = message as Question;
    const evaluate = async (): Promise<unknown> => {
      if (source === undefined) return chromiumEndpoint();
      // oxlint-disable-next-line no-implied-eval -- the test's own function, as Playwright runs it in Electron
      const run = new Function('electron', 'arg', `return (${source})(electron, arg)`) as Run;
      return run(electron, arg);
    };
    evaluate().then(
      (value) => process.send?.({ id, value }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : error }),
    );
  });
  // The app lives as long as it wants, whoever listens.
  process.channel?.unref();
}
