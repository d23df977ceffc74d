import { describe, expect, it } from 'vitest';
import { Encoding, Flag, Kind, type Message, type MessageInit } from '../../common/protocol/message.ts';
import { messageOf } from '../../test/support/fake-service-peers.ts';
import { AnswerCollector } from './answer-collector.ts';

function bench(maxBytes = 100): {
  collector: AnswerCollector;
  answers: (Message | MessageInit)[];
  grants: number[];
  cancels: number[];
} {
  const answers: (Message | MessageInit)[] = [];
  const grants: number[] = [];
  const cancels: number[] = [];
  const collector = new AnswerCollector({
    hubId: 'hub-1',
    maxBytes,
    done: (answer) => answers.push(answer),
    grant: (_id, bytes) => grants.push(bytes),
    cancel: (id) => cancels.push(id),
  });
  return { collector, answers, grants, cancels };
}

const OPENED = messageOf({ kind: Kind.Response, status: 201, encoding: Encoding.Text, flags: Flag.Stream });
const piece = (text: string, init: Partial<MessageInit> = {}): Message =>
  messageOf({ kind: Kind.Data, payload: new TextEncoder().encode(text), ...init });

describe('AnswerCollector', () => {
  it('[SM15] makes one answer of the pieces, and grants what it took', () => {
    const { collector, answers, grants } = bench();
    collector.respond(1, OPENED);
    collector.data(1, piece('one '));
    collector.data(1, piece('two', { flags: Flag.End }));
    const [answer] = answers;
    expect([
      answers.length,
      answer?.status,
      answer?.flags,
      Buffer.from(answer?.payload ?? []).toString(),
      grants,
    ]).toEqual([1, 201, 0, 'one two', [4]]);
    expect(answer).toHaveProperty('frame');
  });

  it('[SM15] answers 413 for what is larger than the limit, and cancels the rest', () => {
    const { collector, answers, cancels } = bench(5);
    collector.respond(1, OPENED);
    collector.data(1, piece('12345'));
    collector.data(1, piece('6'));
    collector.data(1, piece('', { flags: Flag.End, status: 499 }));
    expect([answers.map(({ status }) => status), cancels]).toEqual([[413], [1]]);
  });

  it.each([
    [502, 502],
    [65_535, 500],
  ])('[SM15] answers with the status that the stream was broken off with: %i as %i', (status, expected) => {
    const { collector, answers } = bench();
    collector.respond(1, OPENED);
    collector.data(1, piece('{}', { flags: Flag.End, status, encoding: Encoding.Json }));
    expect(answers).toMatchObject([
      { status: expected, headers: [{ name: 'content-type', value: 'application/problem+json' }] },
    ]);
  });

  it('[SM15] passes a whole answer on as it is', () => {
    const { collector, answers } = bench();
    const whole = messageOf({ kind: Kind.Response, status: 200 });
    collector.respond(1, whole);
    expect([answers[0] === whole, collector.done]).toEqual([true, true]);
  });
});
