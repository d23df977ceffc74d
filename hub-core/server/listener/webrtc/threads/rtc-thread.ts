import { parentPort, workerData } from 'node:worker_threads';
import { runRtcThread } from '../thread/run-rtc-thread.ts';
import type { RtcThreadInit } from '../thread-messages.ts';

if (parentPort === null) throw new TypeError('Cannot run the WebRTC thread as a program: it is started by a hub');
runRtcThread(parentPort, workerData as RtcThreadInit);
