/** What `whub doctor` can put right by itself. */
export type Repair =
  | { readonly kind: 'mode'; readonly path: string; readonly mode: number }
  | { readonly kind: 'restore'; readonly database: string; readonly backup: string; readonly backupAtMs: number };

/** `warn`: a hub runs with it, but somebody should look. `fail`: a hub does not start, or loses something. */
export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly check: string;
  readonly level: Level;
  /** What is the case, for people. */
  readonly text: string;
  /** What to do about it; absent when nothing is to be done. */
  readonly advice?: string;
  readonly repairs?: readonly Repair[];
}
