import { EventEmitter } from 'node:events';
import type { Download } from 'playwright';
import { dialog } from './dialog.ts';
import { session } from './session.ts';
import { strict } from './strict.ts';
import type { WebContents } from './web-contents.ts';

class DownloadItem extends EventEmitter {
  readonly #url: string;
  readonly #name: string;
  #options: object = {};
  #path = '';
  #cancelled = false;

  constructor(url: string, name: string) {
    super();
    this.#url = url;
    this.#name = name;
  }

  getURL(): string {
    return this.#url;
  }

  getFilename(): string {
    return this.#name;
  }

  setSaveDialogOptions(options: object): void {
    this.#options = options;
  }

  getSaveDialogOptions(): object {
    return this.#options;
  }

  setSavePath(path: string): void {
    this.#path = path;
  }

  getSavePath(): string {
    return this.#path;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  isCancelled(): boolean {
    return this.#cancelled;
  }
}

/** As Electron: the app hears of it first, then the user is asked where to, unless the app has said so. */
export async function downloadTo(download: Download, url: string, contents: WebContents): Promise<void> {
  const item = new DownloadItem(url, download.suggestedFilename());
  session.defaultSession.emit('will-download', strict('event', {}), item, contents);
  if (item.getSavePath() === '' && !item.isCancelled()) {
    const { canceled, filePath } = await dialog.showSaveDialog(item.getSaveDialogOptions());
    if (canceled) item.cancel();
    else item.setSavePath(filePath);
  }
  if (item.isCancelled()) await download.cancel();
  else await download.saveAs(item.getSavePath());
  item.emit('done', strict('event', {}), item.isCancelled() ? 'cancelled' : 'completed');
}
