/** The part of Electron's `app` that quitting needs. */
export interface QuittingApp {
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  on(event: 'will-quit', listener: () => void): unknown;
  quit(): void;
  /** Has the app started anew when it has ended, however long that takes. */
  relaunch(): void;
}

export interface QuitGate {
  /** Whether to quit at all; asks the user when somebody would notice. */
  readonly ask: () => Promise<boolean>;
  /** Drains and stops what runs; bounded in time. A failure is reported and does not keep the app open. */
  readonly stop: () => Promise<void>;
  readonly report: (error: unknown) => void;
}

export interface HeldQuit {
  /** Quits and starts anew; whoever says no to quitting has no use for the other either. */
  restart(): void;
}

/** Holds the app until the hub has drained and stopped, then lets it go. Asking to quit again meanwhile changes nothing. */
export function holdQuitUntilStopped(app: QuittingApp, { ask, stop, report }: QuitGate): HeldQuit {
  let state: 'running' | 'leaving' | 'stopped' = 'running';
  let restarts = false;

  const leave = async (): Promise<void> => {
    try {
      if (!(await ask())) {
        state = 'running';
        restarts = false;
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
  app.on('will-quit', () => {
    if (restarts) app.relaunch();
  });

  return {
    restart() {
      restarts = true;
      app.quit();
    },
  };
}
