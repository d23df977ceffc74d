/** A name that the file system of any platform takes, and that shows what it is. */
export function safeFileName(name: string): string {
  const cleaned = name
    // oxlint-disable-next-line no-control-regex -- control characters, and those that turn the order of letters around
    .replaceAll(/[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069]/g, '')
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 200);
  // Names that Windows keeps for devices, whatever the ending.
  return cleaned === '' || /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(cleaned) ? `file_${cleaned}` : cleaned;
}

/** The part of Electron's session and of a download that this needs. */
export interface DownloadingSession {
  on(event: 'will-download', listener: (event: { preventDefault(): void }, item: DownloadItem) => void): unknown;
}
export interface DownloadItem {
  getURL(): string;
  getFilename(): string;
  setSaveDialogOptions(options: { title: string; defaultPath: string }): void;
}

export interface SaveDialogOptions {
  /** Where the dialog starts. @param name of the file */
  readonly pathFor: (name: string) => string;
  readonly mayDownload: (url: string) => boolean;
}

/** What the console saves goes through the system's own dialog, always; downloads from elsewhere are refused. */
export function askWhereToSave(session: DownloadingSession, { pathFor, mayDownload }: SaveDialogOptions): void {
  session.on('will-download', (event, item) => {
    if (!mayDownload(item.getURL())) {
      event.preventDefault();
      return;
    }
    const name = safeFileName(item.getFilename());
    item.setSaveDialogOptions({ title: `Save ${name}`, defaultPath: pathFor(name) });
  });
}
