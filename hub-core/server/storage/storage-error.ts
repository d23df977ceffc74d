/**
 * A data folder or database that cannot be used. The message is one line for the person who started the program: what failed
 * and what to do about it.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Another hub, in this process or another, has the data folder. */
export class FolderInUseError extends StorageError {
  /** Of the other hub; undefined when it did not say. */
  readonly pid: string | undefined;

  constructor(message: string, pid: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.pid = pid;
  }
}
