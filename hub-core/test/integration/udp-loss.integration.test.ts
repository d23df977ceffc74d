import { expect, it } from 'vitest';
import { DeadlineError, HubClient } from '../../client/node/index.ts';
import { seededRandom } from '../../common/base/random.ts';
import { LossyProxy } from '../support/lossy-proxy.ts';
import { startTestHub } from '../support/test-hub.ts';

const CALLS = 2_200;
/** Calls that wait at the same time. */
const WORKERS = 150;
/** Calls that nobody answers. */
const UNANSWERED = 30;

it(`[UD15] at 20 % loss and duplication each of ${String(CALLS)} calls gets its one answer or its timeout, and none runs twice`, async () => {
  await using test = await startTestHub();
  const runs = new Map<string, number>();
  await using provider = await HubClient.connect({ url: test.url, key: test.addClient('provider') });
  await using _counting = await provider.provide({
    id: 'count',
    routes: [
      {
        pattern: '/:name',
        handler: ({ params }) => {
          const name = params['name'] ?? '';
          runs.set(name, (runs.get(name) ?? 0) + 1);
          return { json: { name, run: runs.get(name) } };
        },
      },
      { pattern: '/never/:name', handler: () => new Promise<never>(() => undefined) },
    ],
  });
  const random = seededRandom(7);
  const rates = { loss: 0.2, duplication: 0.2, reordering: 0.2 };
  await using proxy = await LossyProxy.start({ port: test.port, random, ...rates });
  const url = `udp://127.0.0.1:${String(proxy.port)}`;
  await using client = await HubClient.connect({ url, key: test.addClient('sensor'), random });

  const answers = new Map<string, number>();
  const wrong: unknown[] = [];
  const timeouts: string[] = [];
  let next = 0;
  const ask = async (name: string): Promise<void> => {
    try {
      const reply = await client.request({ method: 'POST', uri: `/count/${name}`, timeoutMs: 15_000 });
      answers.set(name, (answers.get(name) ?? 0) + 1);
      const expected = { name, run: 1 };
      if (JSON.stringify(reply.json()) !== JSON.stringify(expected)) wrong.push([reply.status, reply.text()]);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      timeouts.push(name);
    }
  };
  const work = async (): Promise<void> => {
    while (next < CALLS) {
      next += 1;
      await ask(`call-${String(next)}`);
    }
  };
  const unanswered = Array.from({ length: UNANSWERED }, async (_, index) => {
    const uri = `/count/never/${String(index)}`;
    return client.request({ uri, timeoutMs: 1_500 }).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof DeadlineError ? error.status : error),
    );
  });
  await Promise.all([...Array.from({ length: WORKERS }, work), ...unanswered]);

  expect(wrong).toEqual([]);
  expect(answers.size + timeouts.length).toBe(CALLS);
  expect([...answers.values()].every((count) => count === 1)).toBe(true);
  // At this loss a call of 15 s has a dozen attempts: nearly none may be left over.
  expect(timeouts.length).toBeLessThan(CALLS / 100);
  expect(Math.max(...runs.values())).toBe(1);
  expect([...answers.keys()].filter((name) => runs.get(name) !== 1)).toEqual([]);
  // Hub and client both say 504, whoever comes first.
  expect(await Promise.all(unanswered)).toEqual(Array.from({ length: UNANSWERED }, () => 504));
  expect(test.hub.connections.list().filter(({ transport }) => transport === 'udp')).toHaveLength(1);
  const { passed, lost, doubled, reordered } = proxy.counts;
  for (const part of [lost, doubled, reordered]) expect(part).toBeGreaterThan(passed / 10);
}, 120_000);
