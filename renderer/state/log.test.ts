import { describe, expect, it } from 'vitest';
import { readLog, useLog } from './log.ts';
import type { LogLine } from '../../hub-core/console/contract/log-contract.ts';

const line = (number: number): LogLine => ({
  ...{ number, atMs: number, level: 'info', text: `line ${String(number)}`, module: 'auth', details: '' },
});

/** A log that answers when it is told to. */
function heldLog() {
  const asked: number[] = [];
  const answers: PromiseWithResolvers<{ lines: readonly LogLine[]; last: number }>[] = [];
  const from = ({ after }: { readonly after: number }) => {
    asked.push(after);
    const answer = Promise.withResolvers<{ lines: readonly LogLine[]; last: number }>();
    answers.push(answer);
    return answer.promise;
  };
  return { asked, answers, from };
}

const texts = (): readonly string[] => useLog.getState().hub.lines.map(({ text }) => text);

describe('readLog', () => {
  it('[UI127] shows each line once, however long a hub takes to answer', async () => {
    useLog.setState(useLog.getInitialState());
    const { asked, answers, from } = heldLog();
    const reads = [readLog('hub', from), readLog('hub', from)];
    for (const answer of answers) answer.resolve({ lines: [line(1), line(2)], last: 2 });
    await Promise.all(reads);
    const next = readLog('hub', from);
    answers.at(-1)?.resolve({ lines: [line(3)], last: 3 });
    await next;
    expect({ texts: texts(), asked }).toEqual({ texts: ['line 1', 'line 2', 'line 3'], asked: [0, 2] });
  });

  it('[UI127] reads on after a hub was out of reach, and one log while another is waited for', async () => {
    useLog.setState(useLog.getInitialState());
    const [hub, store] = [heldLog(), heldLog()];
    const failing = readLog('hub', hub.from);
    const other = readLog('store', store.from);
    hub.answers[0]?.reject(new Error('out of reach'));
    await expect(failing).rejects.toThrow('out of reach');
    const again = readLog('hub', hub.from);
    hub.answers[1]?.resolve({ lines: [line(1)], last: 1 });
    store.answers[0]?.resolve({ lines: [line(8)], last: 8 });
    await Promise.all([again, other]);
    expect([texts(), useLog.getState().store.last]).toEqual([['line 1'], 8]);
  });
});
