/** The part of Electron's `app` that quitting needs. */
export interface QuittingApp {
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  quit(): void;
}

export interface QuitGate {
  /** Whether to quit at all; asks the user when somebody would notice. */
  readonly ask: () => Promise<boolean>;
  /** Drains and stops what runs; bounded in time. A failure is reported and does not keep the app open. */
  readonly stop: () => Promise<void>;
  readonly report: (error: unknown) => void;
}

/** Holds the app until the hub has drained and stopped, then lets it go. Asking to quit again meanwhile changes nothing. */
export function holdQuitUntilStopped(app: QuittingApp, { ask, stop, report }: QuitGate): void {
  let state: 'running' | 'leaving' | 'stopped' = 'running';

  const leave = async (): Promise<void> => {
    try {
      if (!(await ask())) {
        state = 'running';
        return;
      }
      await stop();
    } catch (error) {
      report(error);
    }
    state = 'stopped';
    app.quit();
  };

  app.on('before-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'leaving') return;
    state = 'leaving';
    void leave();
  });
}
