/** A segment or store that was written by a newer version of this program. It is left as it is. */
export class CaptureVersionError extends Error {
  override readonly name = 'CaptureVersionError';
  constructor(file: string, found: number, known: number) {
    super(
      `Cannot open the traffic store "${file}": its version is ${String(found)}, this program knows ${String(known)}; use a newer version`,
    );
  }
}

/** Another process has the store open. */
export class CaptureLockedError extends Error {
  override readonly name = 'CaptureLockedError';
  constructor(dir: string, options?: ErrorOptions) {
    super(
      `Cannot open the traffic store "${dir}": another hub is using it; stop that hub or choose another data folder`,
      options,
    );
  }
}

/** Something is to be changed in a store that a newer version wrote. */
export class CaptureReadOnlyError extends Error {
  override readonly name = 'CaptureReadOnlyError';
  constructor(dir: string) {
    super(
      `Cannot write to the traffic store "${dir}": a newer version wrote it, so it is only read; use that version, or another data folder`,
    );
  }
}

/** What is to be imported is no record of an exchange. */
export class CaptureImportError extends Error {
  override readonly name = 'CaptureImportError';
  constructor(line: number, reason: string, options?: ErrorOptions) {
    super(`Cannot import line ${String(line)}: ${reason}`, options);
  }
}

/** A custom column cannot be as it is wished. */
export class ColumnError extends Error {
  override readonly name = 'ColumnError';
  /** What of it is wrong; undefined when it is not about one of its parts. */
  readonly field: 'name' | 'path' | undefined;

  constructor(message: string, field?: 'name' | 'path', options?: ErrorOptions) {
    super(message, options);
    this.field = field;
  }
}
