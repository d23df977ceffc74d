/** What is done to a hub at work. Each resolves when everything is as it was, and throws when that does not come to be. */
import { Encoding, Kind, Method } from '../../common/protocol/message.ts';
import { jsonPayload } from '../../common/protocol/payload.ts';
import { jsonOf, WireClient } from '../support/wire-client.ts';
import type { Outcome, ServiceName } from './ledger.ts';
import type { Provider } from './provider-crew.ts';
import { pause, type Stage } from './stage.ts';
import { workBody } from './jobs.ts';

export interface Fault {
  readonly name: string;
  /** In combination with any other, and again and again. */
  readonly often: boolean;
  run(stage: Stage): Promise<void>;
}

const between = (stage: Stage, least: number, most: number): number => least + stage.random() * (most - least);

/** An honest provider that nothing else is done to. */
async function withProvider(stage: Stage, work: (provider: Provider) => Promise<void>): Promise<void> {
  const free = stage.providers.filter(({ busy }) => !busy);
  // All but one may be in trouble.
  const provider = free.length < 2 ? undefined : free[Math.floor(stage.random() * free.length)];
  if (provider === undefined) return;
  provider.busy = true;
  try {
    await work(provider);
  } finally {
    provider.busy = false;
  }
}

const killProvider: Fault = {
  name: 'a provider killed',
  often: true,
  run: (stage) => withProvider(stage, (provider) => provider.kill()),
};

const freezeProvider: Fault = {
  name: 'a provider frozen',
  often: true,
  run: (stage) =>
    withProvider(stage, async (provider) => {
      provider.freeze();
      await pause(between(stage, 200, 1_200));
      provider.thaw();
    }),
};

const killFrozenProvider: Fault = {
  name: 'a frozen provider killed',
  often: true,
  run: (stage) =>
    withProvider(stage, async (provider) => {
      provider.freeze();
      await pause(between(stage, 50, 150));
      await provider.kill();
    }),
};

const cutCallers: Fault = {
  name: 'callers that leave',
  often: true,
  run: async (stage) => {
    for (let turn = 0; turn < 3; turn += 1) {
      stage.order({ order: 'cut', clients: 5 });
      await pause(between(stage, 20, 150));
    }
  },
};

const BULK_REQUESTS = 600;

export const deafReader: Fault = {
  name: 'a reader that stops reading',
  often: false,
  run: async (stage) => {
    await using client = await WireClient.open(stage.hub.url(), { key: stage.key });
    client.socket.pause();
    for (let id = 1; id <= BULK_REQUESTS; id += 1) {
      client.send({ kind: Kind.Request, method: Method.Get, id, uri: '/work/bulk', timeoutMs: stage.scale.patienceMs });
    }
    // 600 answers of 64 KiB are more than twice what the hub holds for one connection: it gives up on this one.
    await stage.until('the reader that does not read is closed', async () => {
      const { connections } = await stage.hub.figures();
      return connections <= stage.connections;
    });
  },
};

let crowdN = 1_000_000_000;

async function oneOfTheCrowd(stage: Stage): Promise<void> {
  const n = ++crowdN;
  const service: ServiceName = 'work';
  const request = { n, client: -1, service, idempotent: true, sentMs: Date.now() };
  let outcome: Outcome;
  await using client = await WireClient.open(stage.hub.url(), { key: stage.key });
  stage.ledger.sent(request);
  try {
    const payload = jsonPayload({ n, waitMs: 0 });
    const uri = '/work/do';
    const reply = await client.request({
      method: Method.Put,
      uri,
      encoding: Encoding.Json,
      payload,
      timeoutMs: stage.scale.patienceMs,
    });
    outcome = { kind: 'reply', status: reply.status, own: reply.status === 200 && workBody(jsonOf(reply)).n === n };
  } catch (error) {
    outcome = { kind: 'connection lost', text: String(error) };
  }
  stage.ledger.settled(n, outcome, Date.now());
}

export const crowd: Fault = {
  name: 'a crowd of connections at once',
  often: false,
  run: async (stage) => {
    await Promise.all(Array.from({ length: stage.scale.crowd }, () => oneOfTheCrowd(stage)));
  },
};

const killHub: Fault = {
  name: 'the hub killed',
  often: false,
  run: async (stage) => {
    const down = stage.ledger.disturbed({ kind: 'hub down', fromMs: Date.now() });
    await stage.hub.kill();
    await pause(between(stage, 0, 300));
    await stage.hub.start();
    await stage.complete();
    down.toMs = Date.now();
    await assertGrants(stage);
  },
};

/** Who may do what is what it was. */
async function assertGrants(stage: Stage): Promise<void> {
  const known = await stage.hub.get('/services/');
  const stranger = await stage.hub.get('/work/bulk', stage.strangerKey);
  const nobody = await stage.hub.get('/services/', 'whub_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  const statuses = [known.status, stranger.status, nobody.status].join(' ');
  if (statuses !== '200 403 401') {
    throw new Error(
      `After the restart a client, one without grants and an unknown one get ${statuses}, not 200 403 401`,
    );
  }
}

/** Neither side of a connection learns that the other cannot hear it: only silence tells, and that takes a heartbeat's time. */
const halfOpen: Fault = {
  name: 'connections half-open',
  often: false,
  run: async (stage) => {
    const { far } = stage;
    if (typeof far === 'string') return;
    const given = async (): Promise<void> => {
      await stage.until('connections that say nothing are given up', async () => {
        const { connections } = await stage.hub.figures();
        return connections <= stage.connections - far.connections;
      });
      await pause(between(stage, 0, 500));
    };
    await far.cutOff(given, () => stage.complete());
  },
};

/** Not even its system says that it is gone; who comes in its place has its name. */
const killBehindDeadLink: Fault = {
  name: 'a provider killed behind a dead link',
  often: false,
  run: async (stage) => {
    const { far } = stage;
    if (typeof far === 'string') return;
    let killed: Promise<void> | undefined;
    const kill = async (): Promise<void> => {
      killed = far.provider.kill();
      await pause(between(stage, 50, 500));
    };
    await far.cutOff(kill, async () => {
      await killed;
      await stage.complete();
    });
  },
};

/** What can only be done where there is a network namespace. */
export const FAR_FAULTS: readonly Fault[] = [halfOpen, killBehindDeadLink];

export const NEAR_FAULTS: readonly Fault[] = [
  killProvider,
  freezeProvider,
  killFrozenProvider,
  cutCallers,
  deafReader,
  crowd,
  killHub,
];
