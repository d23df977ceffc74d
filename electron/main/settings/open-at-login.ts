import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Starts without a window. */
export const HIDDEN_FLAG = '--hidden';

/** The part of Electron's `app` that macOS and Windows need. */
export interface LoginItemApp {
  getLoginItemSettings(options: { args: string[] }): { openAtLogin: boolean };
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void;
}

export interface OpenAtLogin {
  readonly enabled: boolean;
  set(enabled: boolean): void;
}

/** On macOS and Windows the system keeps the list. */
export function systemLoginItem(app: LoginItemApp): OpenAtLogin {
  const args = [HIDDEN_FLAG];
  return {
    get enabled() {
      return app.getLoginItemSettings({ args }).openAtLogin;
    },
    set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, args }),
  };
}

/** As the Desktop Entry Specification quotes an argument. */
function quote(argument: string): string {
  return `"${argument.replaceAll(/(["`$\\])/g, String.raw`\$1`).replaceAll('%', '%%')}"`;
}

/**
 * On Linux a desktop entry in the user's autostart folder.
 *
 * @param configDir `$XDG_CONFIG_HOME`, else `~/.config`
 * @param program what starts the app: an AppImage's own file rather than where it is mounted
 * @see https://specifications.freedesktop.org/autostart-spec/latest/
 */
export function autostartEntry(configDir: string, program: readonly string[]): OpenAtLogin {
  const path = join(configDir, 'autostart', 'dev.whub.console.desktop');
  return {
    get enabled() {
      return existsSync(path);
    },
    set(enabled) {
      if (!enabled) {
        rmSync(path, { force: true });
        return;
      }
      mkdirSync(dirname(path), { recursive: true });
      const exec = [...program, HIDDEN_FLAG].map(quote).join(' ');
      // Under another name and renamed: what keeps it from being written whole leaves the entry before.
      writeFileSync(
        `${path}.new`,
        `[Desktop Entry]\nType=Application\nName=WHub\nExec=${exec}\nX-GNOME-Autostart-enabled=true\n`,
      );
      renameSync(`${path}.new`, path);
    },
  };
}
