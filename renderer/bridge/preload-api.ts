/** What electron/preload exposes: one function and nothing else. */
export interface PreloadApi {
  /**
   * Has new ports posted to this page, as `{ type: 'whub-ports', of }`: the hub's and the store's, which end with a thread, or the
   * app's own, which outlives them.
   */
  requestPorts(of: PortsOf): void;
}

export type PortsOf = 'hub' | 'app';

declare global {
  interface Window {
    /** There only in the desktop app. */
    readonly whub?: PreloadApi;
  }
}
