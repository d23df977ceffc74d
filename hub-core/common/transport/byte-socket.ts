/** What a stream of bytes tells the transport above it. */
export interface ByteSocketListener {
  /** The bytes are the listener's: nobody else writes to or reuses them. */
  onBytes(bytes: Uint8Array): void;
  /** What was written as `watched` has left, and with it all before it. */
  onSent(): void;
  /** The other side sends nothing more. */
  onEnd(): void;
  /** Once, last. @param failure what broke it, empty when nothing did */
  onClose(failure: string): void;
}

/** The little that a transport needs of a TCP or TLS socket, so that Node's modules are not needed to have one. */
export interface ByteSocket {
  /** Bytes accepted by `write` and not yet handed to the system. */
  readonly bufferedBytes: number;
  /** Called once, before anything else. */
  listen(listener: ByteSocketListener): void;
  /** @returns memory for `write`, with anything in it */
  allocate(bytes: number): Uint8Array;
  /** Writes pieces with one system call. @param watched `onSent` is to be called when they have left */
  write(pieces: readonly Uint8Array[], watched: boolean): void;
  setReading(reading: boolean): void;
  /** Says that nothing more comes, after what was written. */
  end(): void;
  /** Cuts at once; `onClose` follows, but not before this returns. */
  terminate(): void;
}
