import { Worker, type Transferable } from 'node:worker_threads';
import type { RtcCommand, RtcReport, RtcThreadInit } from './thread-messages.ts';

/** All isolates of a process share one heap cage: this one, fed by strangers, must not take it all. */
const HEAP_MB = 256;

/** A running WebRTC thread. */
export interface RunningRtcThread {
  post(command: RtcCommand, transfer: readonly Transferable[]): void;
  /** Ends it at once; `onEnd` follows. Resolves when it is gone. */
  kill(): Promise<unknown>;
}

export interface RtcThreadEvents {
  onReport(report: RtcReport): void;
  /** Once. @param reason why, for people */
  onEnd(reason: string): void;
}

/** One way to run the thread. */
export type StartRtcThread = (init: RtcThreadInit, events: RtcThreadEvents) => RunningRtcThread;

/** Beside this file: as sources below threads/, in the bundle in the same folder. */
function threadEntry(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? './threads/rtc-thread.ts' : './rtc-thread.js', here);
}

/** On a thread of its own: what WebRTC's cryptography takes, no relayed message waits for. */
export const startRtcWorker: StartRtcThread = (init, events) => {
  const worker = new Worker(threadEntry(), {
    name: 'whub webrtc',
    workerData: init,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let reason: string | undefined;
  worker.on('message', (report: RtcReport) => events.onReport(report));
  worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => events.onEnd(reason ?? `it exited with code ${String(code)}`));
  return {
    post: (command, transfer) => worker.postMessage(command, [...transfer]),
    kill: () => worker.terminate(),
  };
};
