import type { CaptureStates } from '../capture/capture-mode.ts';
import type { HubConfig } from '../server/hub/config.ts';
import type { CaptureMode } from '../server/modules/capture/capture-sink.ts';
import type { CaptureSettings } from './thread-messages.ts';

/** What is recorded at first. */
export function captureStates({ state, services, frames }: HubConfig['capture']): CaptureStates {
  const pairs = services.map((text) => text.split('=') as [service: string, mode: CaptureMode]);
  return { state, services: Object.fromEntries(pairs), frames };
}

/** The store's part of the configuration. */
export function captureSettings(capture: HubConfig['capture']): CaptureSettings {
  const { maxRows, maxBytes, maskHeaders, maskJson, secretHeaders, secretJson } = capture;
  const mask = { headers: maskHeaders, jsonPaths: maskJson };
  // What must not be stored must not leave the store either, if it got there before it was said.
  const secrets = { headers: [...maskHeaders, ...secretHeaders], jsonPaths: [...maskJson, ...secretJson] };
  return { maxRows, maxBytes, mask, secrets };
}
