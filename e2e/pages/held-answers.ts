import type { Page } from '@playwright/test';

/** What the hub answers a console in a browser, held back for a while. */
export class HeldAnswers {
  #held: (() => void)[] | undefined;

  /** To be called before the console is opened. */
  static async of(page: Page): Promise<HeldAnswers> {
    const answers = new HeldAnswers();
    await page.routeWebSocket(/.*/, (socket) => {
      const hub = socket.connectToServer();
      hub.onMessage((message) => {
        const send = (): void => socket.send(message);
        if (answers.#held === undefined) send();
        else answers.#held.push(send);
      });
    });
    return answers;
  }

  hold(): void {
    this.#held ??= [];
  }

  /** Lets through what was held, in its order, and what comes from now on. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }
}
