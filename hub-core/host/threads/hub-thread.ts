import { parentPort } from 'node:worker_threads';
import { runHubThread } from '../run-hub-thread.ts';
import { threadInit } from '../thread-init.ts';
import type { HubThreadInit } from '../thread-messages.ts';

if (parentPort === null) throw new TypeError('Cannot run the hub thread as a program: it is started by a HubHost');
await runHubThread(parentPort, await threadInit<HubThreadInit>());
