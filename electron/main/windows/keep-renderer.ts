/** A page may be gone so often within the window; the next time it is left alone. */
const MAX_RELOADS = 3;
const WINDOW_MS = 60_000;

/** The part of a window's contents that this needs. */
export interface CrashingContents {
  on(event: 'render-process-gone', listener: (event: unknown, details: { readonly reason: string }) => void): unknown;
  reload(): void;
}

export interface KeepRendererOptions {
  readonly nowMs: () => number;
  /** Told of every end, and whether the page comes back. */
  readonly onGone: (reason: string, comesBack: boolean) => void;
}

/** Brings a page back whose process died, at once, but not for ever. */
export function keepRenderer(contents: CrashingContents, { nowMs, onGone }: KeepRendererOptions): void {
  let goneAtMs: number[] = [];
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const now = nowMs();
    goneAtMs = [...goneAtMs.filter((atMs) => now - atMs < WINDOW_MS), now];
    const comesBack = goneAtMs.length <= MAX_RELOADS;
    onGone(reason, comesBack);
    if (comesBack) contents.reload();
  });
}
