/** `whub/server`: a hub within a program of one's own, as `whub serve` and the desktop app run it. */
export { loadConfiguration } from './configuration/load-configuration.ts';
export type { Configuration, ConfigurationRequest, EffectiveSetting } from './configuration/load-configuration.ts';
export { createHubHost } from './create-hub-host.ts';
export { defaultDataDir } from './data-dir.ts';
export type { HubHost, HubHostOptions, HubHostReady, HubHostState } from './hub-host.ts';
export { HubStartError } from '../server/hub/hub-start-error.ts';
