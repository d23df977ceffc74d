import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../hub-core/common/base/clock.ts';
import { JsonFile } from './json-file.ts';

/** What is backed up of the app's folder: choices, the window's place, what the page keeps, and Chromium's storage of the page. */
const TEXTS = ['desktop-settings.json', 'window-state.json', 'kept/draft.json', 'kept/place.json'] as const;
const STORAGE = 'Local Storage';
const PARTS = [...TEXTS, STORAGE] as const;

const FOLDER = 'settings-backups';
const LABEL = 'backup.json';
/** Of a back-up that is being made, or that broke off. */
const UNFINISHED = '.new';
const KEPT_BACKUPS = 6;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

const labelSchema = z.object({ version: z.string().nullable(), atMs: z.number(), why: z.enum(['update', 'restore']) });
/** `wanted`: the back-up that the next start is to bring back; `version`: the one that ran last. */
const stateSchema = z.object({
  version: z.string().nullable().default(null),
  wanted: z.string().nullable().default(null),
});

export interface SettingsBackup {
  /** Its folder's. */
  readonly name: string;
  /** Of the app whose settings they are; null where that noted none. */
  readonly version: string | null;
  /** Wall ms at which it was made. */
  readonly atMs: number;
  /** Before an update, or before others were restored. */
  readonly why: 'update' | 'restore';
}

/** What the user is told at a start. */
export interface BackupNotice {
  readonly title: string;
  readonly text: string;
}

/** In words for people. */
export function describeBackup({ version, atMs, why }: SettingsBackup): string {
  const at = new Date(atMs).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  const who = version === null ? 'An earlier WHub' : `WHub ${version}`;
  return `${who}, ${at}${why === 'restore' ? ', before a restore' : ''}`;
}

export class SettingsBackupError extends Error {
  override readonly name = 'SettingsBackupError';
}

/** Back-ups of the app's own settings, in its own folder: the newest are kept, and one of them can be brought back. */
export class SettingsBackups {
  readonly #userData: string;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #state: JsonFile<typeof stateSchema>;

  constructor(userData: string, clock: Pick<Clock, 'wallMs'>) {
    this.#userData = userData;
    this.#clock = clock;
    this.#state = new JsonFile(join(userData, 'settings-state.json'), stateSchema);
  }

  /** Newest first. What is incomplete, or none of ours, is passed over. */
  list(): readonly SettingsBackup[] {
    const folder = join(this.#userData, FOLDER);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.endsWith(UNFINISHED))
      .map((name) => this.#labelled(name))
      .filter((backup) => backup !== undefined)
      .toSorted((one, other) => other.atMs - one.atMs || (other.name > one.name ? 1 : -1));
  }

  /** Backs up what there is; where there is nothing, nothing. @param version of the app that wrote it */
  make(version: string | null, why: SettingsBackup['why']): void {
    const parts = PARTS.filter((part) => existsSync(join(this.#userData, part)));
    if (parts.length === 0) return;
    const atMs = this.#clock.wallMs();
    const path = this.#free(new Date(atMs).toISOString().replaceAll(/[-:.]/g, ''));
    const unfinished = `${path}${UNFINISHED}`;
    this.#removeUnfinished();
    try {
      mkdirSync(unfinished, { recursive: true, mode: OWNER_ONLY_FOLDER });
      for (const part of parts) cpSync(join(this.#userData, part), join(unfinished, part), { recursive: true });
      writeFileSync(join(unfinished, LABEL), JSON.stringify({ version, atMs, why }), { mode: OWNER_ONLY_FILE });
      renameSync(unfinished, path);
    } catch (error) {
      // Where the disk is full it would take the room that is missing.
      this.#removeUnfinished();
      throw error;
    }
    for (const { name } of this.list().slice(KEPT_BACKUPS)) rmSync(this.#path(name), { recursive: true, force: true });
  }

  /**
   * At a start, before anything reads the settings. Backs up those of another version than this, however it came: by the app's own
   * update, a package manager, or by hand. Then brings back what was asked for.
   *
   * @returns what the user is told, of a restore or of what failed
   */
  begin(version: string): BackupNotice | undefined {
    const { version: last, wanted } = this.#state.value;
    // First of all: what ends the app is not tried again at each start.
    this.#state.set({ version, wanted: null });
    const failed = last === version ? undefined : this.#backUp(last);
    return wanted === null ? failed : this.#restore(wanted, version);
  }

  /**
   * Has the next start bring that back-up back: files that are open cannot be replaced.
   *
   * @throws {SettingsBackupError} when one of its files cannot be read; nothing is changed then
   */
  want(name: string): void {
    this.#readable(name);
    this.#state.set({ wanted: name });
  }

  #backUp(last: string | null): BackupNotice | undefined {
    try {
      this.make(last, 'update');
      return undefined;
    } catch (error) {
      return { title: 'The settings could not be backed up', text: textOf(error) };
    }
  }

  #restore(wanted: string, version: string): BackupNotice {
    try {
      const backup = this.#readable(wanted);
      this.make(version, 'restore');
      for (const part of PARTS) this.#bringBack(wanted, part);
      return { title: 'Settings restored', text: `They are those of ${describeBackup(backup)}` };
    } catch (error) {
      return { title: 'The settings could not be restored', text: textOf(error) };
    }
  }

  #removeUnfinished(): void {
    const folder = join(this.#userData, FOLDER);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  #path(name: string): string {
    return join(this.#userData, FOLDER, name);
  }

  /** Two of one moment have names of their own. */
  #free(stamp: string): string {
    for (let at = 0; ; at += 1) {
      const path = this.#path(at === 0 ? stamp : `${stamp}-${String(at)}`);
      if (!existsSync(path)) return path;
    }
  }

  #labelled(name: string): SettingsBackup | undefined {
    try {
      return { name, ...labelSchema.parse(JSON.parse(readFileSync(join(this.#path(name), LABEL), 'utf8'))) };
    } catch {
      return undefined;
    }
  }

  #readable(name: string): SettingsBackup {
    const backup = this.#labelled(name);
    if (backup === undefined)
      throw new SettingsBackupError(`Cannot restore the back-up "${name}": it is not there any more`);
    for (const text of TEXTS) {
      const path = join(this.#path(name), text);
      if (existsSync(path) && !isJson(path)) {
        const what = `Cannot restore the settings of ${describeBackup(backup)}`;
        throw new SettingsBackupError(`${what}: its file "${text}" cannot be read. Choose another one`);
      }
    }
    return backup;
  }

  /** Copied beside and renamed; what that back-up has not was not there then. */
  #bringBack(name: string, part: string): void {
    const [from, to] = [join(this.#path(name), part), join(this.#userData, part)];
    const isThere = existsSync(from);
    if (isThere) {
      mkdirSync(dirname(to), { recursive: true, mode: OWNER_ONLY_FOLDER });
      rmSync(`${to}.new`, { recursive: true, force: true });
      cpSync(from, `${to}.new`, { recursive: true });
    }
    rmSync(to, { recursive: true, force: true });
    if (isThere) renameSync(`${to}.new`, to);
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return true;
  } catch {
    return false;
  }
}
