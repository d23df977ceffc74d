import type { ClientLink } from '@orpc/client';

/** The two halves of the console's contract, each served by a thread of its own. */
export type Root = 'hub' | 'capture';
/** The desktop app around the page; there is none in a browser. */
export type DesktopRoot = 'desktop';

/** One open line to a root. */
export interface Line {
  readonly link: ClientLink<Record<never, never>>;
  /** Resolves when the line is gone, whoever closed it; never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Why no line could be opened: the hub does not answer, or it does not know this page. */
export type Refusal = 'unreachable' | 'unauthorized';

export class CarrierError extends Error {
  override readonly name = 'CarrierError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

/** How this page reaches the hub: WebSockets in a browser, message ports in the desktop app. */
export interface Carrier<To = Root> {
  /** @throws {CarrierError} when no line could be opened */
  open(root: To): Promise<Line>;
}
