import type { UpdateMode } from '../settings/desktop-settings.ts';

/** What is known about this build and how it was installed. */
export interface Build {
  readonly isPackaged: boolean;
  /** Set by the release build when the artefact was signed. */
  readonly isSigned: boolean;
  /** Whether the build knows where its updates come from. */
  readonly hasFeed: boolean;
  readonly platform: string;
  /** The AppImage's own file; what else Linux has is updated by its package manager. */
  readonly appImage: string | undefined;
}

/** Why this app never updates itself, in a menu's words; undefined = it may. */
export function whyNoUpdates({ isPackaged, isSigned, hasFeed, platform, appImage }: Build): string | undefined {
  if (!isPackaged) return 'No updates: run from its sources';
  if (!hasFeed) return 'No updates: this build has no update address';
  if (platform === 'linux' && appImage === undefined) return 'Updates come with your package manager';
  return isSigned ? undefined : 'No updates: this build is not signed';
}

export interface UpdatePlan {
  /** Looks by itself, at the start and from time to time. */
  readonly looks: boolean;
  /** Fetches what it finds; installs it at the next start. */
  readonly downloads: boolean;
}

export function updatePlan(mode: UpdateMode): UpdatePlan {
  return { looks: mode !== 'off', downloads: mode === 'automatic' };
}
