import { strict } from './strict.ts';

/** Dialogs that were shown, newest last; nobody is there to answer, so each is answered as if it had been dismissed. */
export const dialog = strict('dialog', {
  async showMessageBox(...given: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> {
    const options = given.at(-1) as { readonly cancelId?: number; readonly message: string };
    process.stderr.write(`[stand-in] message box: ${options.message}\n`);
    return { response: options.cancelId ?? 0, checkboxChecked: false };
  },
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`[stand-in] error box: ${title}: ${content}\n`);
  },
  async showSaveDialog(..._given: unknown[]): Promise<{ canceled: boolean; filePath: string }> {
    return { canceled: true, filePath: '' };
  },
  async showOpenDialog(..._given: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> {
    return { canceled: true, filePaths: [] };
  },
});
