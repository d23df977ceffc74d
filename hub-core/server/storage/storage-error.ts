/**
 * A data folder or database that cannot be used. The message is one line for the person who started the program: what failed
 * and what to do about it.
 */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
