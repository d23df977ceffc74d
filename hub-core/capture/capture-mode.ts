import type { CaptureMode } from '../server/modules/capture/capture-sink.ts';

/** What is recorded, also of single services: the less of the two holds. */
export interface CaptureStates {
  readonly state: CaptureMode;
  readonly services: Readonly<Record<string, CaptureMode>>;
  /** Whether frames of connections are recorded, too. */
  readonly frames: boolean;
}
