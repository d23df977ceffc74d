import { RequestError } from '../../common/errors/hub-error.ts';
import { isBusy, runningFaultOf } from './sqlite-file.ts';

/** The way of every write: what goes wrong becomes something that a caller may be told, and is counted. */
export class WriteGate {
  writes = 0;
  reads = 0;
  /** Writes that another program's blocked for too long. */
  busy = 0;
  /** Writes that failed for a reason of the disk or the file. */
  failed = 0;
  #fault: string | undefined;

  /** Why the last write failed; undefined when it did not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * @param what is written, for people: `the registry`
   * @throws {RequestError} UNAVAILABLE_ERR when another program writes for too long, INTERNAL_ERR when the disk is full or
   *   fails; neither says where the file is, and nothing has changed
   */
  write<T>(what: string, run: () => T): T {
    try {
      const result = run();
      this.writes += 1;
      this.#fault = undefined;
      return result;
    } catch (cause) {
      if (isBusy(cause)) {
        this.busy += 1;
        const text = `Cannot write ${what}: another program is writing it; try again`;
        throw new RequestError('UNAVAILABLE_ERR', text, { cause });
      }
      const fault = runningFaultOf(cause);
      if (fault === undefined) throw cause;
      this.failed += 1;
      this.#fault = fault;
      throw new RequestError('INTERNAL_ERR', `Cannot write ${what}: ${fault}; nothing was changed`, { cause });
    }
  }
}
