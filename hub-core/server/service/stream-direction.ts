/** What both directions of a stream start with and keep to. */
export interface StreamLimits {
  /** Initial credit of each direction, bytes. */
  readonly creditBytes: number;
  /** Most outstanding credit of a direction, bytes; 0 = no limit. */
  readonly maxStreamWindowBytes: number;
}

/**
 * One direction of a stream: what its sender may still send. The receiver's credit is the sender's, but for one thing: of
 * what would be outstanding above the window a part is withheld until the sender has used enough of the rest.
 */
export class StreamDirection {
  readonly #windowBytes: number;
  #outstanding: number;
  #withheld = 0;
  #bytes = 0;
  #ended = false;

  constructor({ creditBytes, maxStreamWindowBytes }: StreamLimits) {
    this.#outstanding = creditBytes;
    this.#windowBytes = maxStreamWindowBytes === 0 ? Number.POSITIVE_INFINITY : maxStreamWindowBytes;
  }

  /** Bytes that its sender may still send. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Bytes of payload that came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The last Data came; nothing follows. */
  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
  }

  /** @returns false when the sender has no credit for so many bytes */
  take(bytes: number): boolean {
    if (bytes > this.#outstanding) return false;
    this.#outstanding -= bytes;
    this.#bytes += bytes;
    return true;
  }

  /** The receiver takes so many bytes more. @returns bytes to be granted to the sender now */
  grant(bytes: number): number {
    this.#withheld += bytes;
    return this.release();
  }

  /** To be called after `take`. @returns bytes withheld before that are to be granted to the sender now */
  release(): number {
    if (this.#withheld === 0) return 0;
    const granted = Math.min(this.#withheld, Math.max(0, this.#windowBytes - this.#outstanding));
    // In steps of half a window: each costs a message. A receiver that is content with less gets that at once.
    if (granted < Math.min(this.#withheld, this.#windowBytes / 2)) return 0;
    this.#withheld -= granted;
    this.#outstanding += granted;
    return granted;
  }
}
