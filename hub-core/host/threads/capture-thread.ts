import { parentPort } from 'node:worker_threads';
import { runCaptureThread } from '../run-capture-thread.ts';
import { threadInit } from '../thread-init.ts';
import type { CaptureThreadInit } from '../thread-messages.ts';

if (parentPort === null) throw new TypeError('Cannot run the capture thread as a program: it is started by a HubHost');
runCaptureThread(parentPort, await threadInit<CaptureThreadInit>());
