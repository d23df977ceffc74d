import { stat } from 'node:fs/promises';
import type { Clock } from '../../../common/base/clock.ts';
import type { Logger } from '../../../common/log/logger.ts';
import type { TlsConfig } from './tls-config.ts';
import { TlsFileError, type TlsMaterial } from './tls-material.ts';

/** How often the files are looked at. Asking works where being told does not: links, network drives, mounted secrets. */
const LOOK_EVERY_MS = 2_000;
const DAY_MS = 86_400_000;
/** Time before the end of the certificate from which the log says so. */
const WARN_BEFORE_MS = 14 * DAY_MS;

export interface TlsReloadDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: TlsConfig;
  /** @throws {TlsFileError} when the files cannot be used */
  readonly read: (config: TlsConfig) => Promise<TlsMaterial>;
  /** Content that was read and belongs together. */
  readonly onChange: (material: TlsMaterial) => void;
}

/** Takes up certificates that were replaced. A pair that does not belong together is passed over with a warning. */
export class TlsReload implements Disposable {
  readonly #deps: TlsReloadDeps;
  readonly #timer: Disposable;
  /** Of the files that were read last, and of those seen last: both must be the same twice before they are read. */
  #read: string;
  #seen: string;
  #looking = false;
  /** One reading at a time: of two at once, the older content could be taken up last. */
  #last: Promise<void> = Promise.resolve();

  private constructor(deps: TlsReloadDeps, signature: string) {
    this.#deps = deps;
    this.#read = this.#seen = signature;
    this.#timer = deps.clock.every(LOOK_EVERY_MS, () => void this.#look());
  }

  /** @throws {TlsFileError} when the files cannot be used to begin with */
  static async start(deps: TlsReloadDeps): Promise<TlsReload> {
    const signature = await signatureOf(deps.config);
    const material = await deps.read(deps.config);
    deps.onChange(material);
    warnOfEnd(deps, material);
    return new TlsReload(deps, signature);
  }

  /** Reads the files now, changed or not. */
  reload(): Promise<void> {
    const reading = this.#last.then(() => this.#reload());
    this.#last = reading.catch(() => undefined); // who asked for it was told
    return reading;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  async #reload(): Promise<void> {
    const { config, log, read, onChange } = this.#deps;
    this.#read = this.#seen = await signatureOf(config);
    try {
      const material = await read(config);
      onChange(material);
      log.info({}, 'certificates were read again');
      warnOfEnd(this.#deps, material);
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      log.warn({ reason: error.message }, 'the certificates in use stay: the new ones cannot be used');
    }
  }

  /** Two files are rarely replaced in one moment: they are read when they have not changed since the last look. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const signature = await signatureOf(this.#deps.config);
      const isSettled = signature === this.#seen;
      this.#seen = signature;
      if (isSettled && signature !== this.#read) await this.reload();
    } catch (error) {
      this.#deps.log.error({ error }, 'looking after the certificates failed');
    } finally {
      this.#looking = false;
    }
  }
}

/** Changes when one of the files does. */
async function signatureOf({ certFile, keyFile, caFile }: TlsConfig): Promise<string> {
  const signatures = [certFile, keyFile, caFile].map(async (path) => {
    try {
      const { mtimeMs, ctimeMs, size, ino } = await stat(path);
      return [mtimeMs, ctimeMs, size, ino].join(':');
    } catch (error) {
      // A file that is not there is one that changed.
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
  });
  return (await Promise.all(signatures)).join(' ');
}

function warnOfEnd({ clock, log, config }: TlsReloadDeps, { expiresAtMs }: TlsMaterial): void {
  const leftMs = expiresAtMs - clock.wallMs();
  if (leftMs > WARN_BEFORE_MS) return;
  const text =
    leftMs <= 0
      ? 'has expired: clients refuse it'
      : `ends in ${String(Math.ceil(leftMs / DAY_MS))} days: replace it before`;
  log.warn({ reason: `"${config.certFile}" ${text}` }, 'the certificate of the hub is near its end');
}
