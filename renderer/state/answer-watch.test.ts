import { describe, expect, it } from 'vitest';
import { AnswerWatch } from './answer-watch.ts';

function setUp() {
  const questions: PromiseWithResolvers<void>[] = [];
  const told: boolean[] = [];
  const line = { connected: true };
  const watch = new AnswerWatch({
    ask() {
      const question = Promise.withResolvers<void>();
      questions.push(question);
      return question.promise;
    },
    isConnected: () => line.connected,
    onChange: (silent) => void told.push(silent),
  });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return { questions, told, line, watch, settle };
}

describe('AnswerWatch', () => {
  it('[UI25] asks again at each look while it is answered, and has nothing to tell', async () => {
    const { questions, told, watch, settle } = setUp();
    for (let look = 0; look < 4; look += 1) {
      watch.look();
      questions.at(-1)?.resolve();
      await settle();
    }
    expect({ asked: questions.length, told }).toEqual({ asked: 4, told: [] });
  });

  it('[UI25] tells of a silence at the second look without an answer, and of its end, once each', async () => {
    const { questions, told, watch, settle } = setUp();
    watch.look();
    watch.look();
    expect(told).toEqual([]);
    watch.look();
    watch.look();
    expect({ asked: questions.length, told }).toEqual({ asked: 1, told: [true] });
    questions[0]?.resolve();
    await settle();
    watch.look();
    expect({ asked: questions.length, told }).toEqual({ asked: 2, told: [true, false] });
  });

  it('[UI25] says nothing of a line that is lost, which is said otherwise, and asks anew over the next', async () => {
    const { questions, told, line, watch, settle } = setUp();
    watch.look();
    watch.look();
    watch.look();
    line.connected = false;
    watch.look();
    questions[0]?.reject(new Error('the line broke'));
    await settle();
    expect(told).toEqual([true, false]);
    line.connected = true;
    watch.look();
    watch.look();
    expect({ asked: questions.length, told }).toEqual({ asked: 2, told: [true, false] });
  });
});
