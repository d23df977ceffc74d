import packageJson from '../../../package.json' with { type: 'json' };

/** The hub's version, as `whub --version` and Welcome show it. */
export const HUB_VERSION: string = packageJson.version;
