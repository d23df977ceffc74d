import type { Locator, Page } from '@playwright/test';

export type PageName = 'Overview' | 'Inspector' | 'Connections' | 'Services' | 'Compose' | 'Clients' | 'Access';

/** The console's frame, found as a person finds it: by role and name. */
export class ConsolePage {
  readonly page: Page;
  readonly rail: Locator;
  readonly statusBar: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rail = page.getByRole('navigation', { name: 'Pages' });
    this.statusBar = page.getByRole('contentinfo');
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.rail.waitFor();
  }

  /** Goes to a page and waits until it is there: its code is loaded on the first visit. */
  async show(name: PageName): Promise<void> {
    await this.rail.getByRole('link', { name }).click();
    await this.page.getByRole('heading', { level: 1 }).filter({ hasText: name }).waitFor();
  }

  grid(name: string): Locator {
    return this.page.getByRole('grid', { name, exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Registers a client on the Clients page and returns its key, as the one dialog that shows it has it. */
  async registerClient(client: string, mayCall: string, mayProvide: string): Promise<string> {
    await this.show('Clients');
    await this.button('Register client').first().click();
    const form = this.page.getByRole('dialog', { name: 'Register client' });
    await form.getByLabel('Client id').fill(client);
    await form.getByLabel('May call').fill(mayCall);
    await form.getByLabel('May provide').fill(mayProvide);
    await form.getByRole('button', { name: 'Register', exact: true }).click();
    const issued = this.page.getByRole('dialog', { name: `Key of “${client}”` });
    const key = await this.copiedKey(issued);
    await issued.getByRole('button', { name: 'I have copied the key' }).click();
    return key;
  }

  /** The key that its dialog shows, by the button that copies it. */
  protected async copiedKey(issued: Locator): Promise<string> {
    await issued.getByRole('button', { name: 'Copy key' }).click();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Sends from Compose and waits for the reply's status. */
  async send(request: { method: string; uri: string; body?: string }): Promise<void> {
    await this.page.getByLabel('Method').selectOption(request.method);
    await this.page.getByLabel('URI').fill(request.uri);
    if (request.body !== undefined) {
      const editor = this.page.getByRole('textbox', { name: 'Request body' });
      await editor.click();
      await this.page.keyboard.press('ControlOrMeta+a');
      await this.page.keyboard.insertText(request.body);
    }
    await this.page.keyboard.press('Escape');
    await this.button('Send').click();
  }
}
