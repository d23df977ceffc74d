/** The part of Electron's `app` that quitting needs. */
export interface QuittingApp {
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  quit(): void;
}

/**
 * Holds the app until `stop` has drained and stopped the hub, then lets it go. Asking to quit again meanwhile changes nothing.
 *
 * @param stop bounded in time; a failure is reported and does not keep the app open
 */
export function holdQuitUntilStopped(
  app: QuittingApp,
  stop: () => Promise<void>,
  report: (error: unknown) => void,
): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running';
  app.on('before-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'stopping') return;
    state = 'stopping';
    void stop()
      .catch(report)
      .finally(() => {
        state = 'stopped';
        app.quit();
      });
  });
}
