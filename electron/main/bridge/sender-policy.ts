import { isOwnUrl } from '../scheme/origin.ts';

export interface Sender {
  /** The URL of the frame that sent the message; null when it has gone since. */
  readonly url: string | null;
  readonly isMainFrame: boolean;
}

/** Ports are handed to the console's own page in a window's main frame, and to nothing else. */
export function mayHavePorts(sender: Sender): boolean {
  return sender.url !== null && sender.isMainFrame && isOwnUrl(sender.url);
}
