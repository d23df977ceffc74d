/** What electron/preload exposes: one function and nothing else. */
export interface PreloadApi {
  /** Has two new ports posted to this page, as `{ type: 'whub-ports' }` with the hub's port and the store's. */
  requestPorts(): void;
}

declare global {
  interface Window {
    /** There only in the desktop app. */
    readonly whub?: PreloadApi;
  }
}
