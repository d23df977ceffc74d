/** Between the preload and the main process; electron/preload names them too, it may import nothing of ours. */
export const REQUEST_PORTS_CHANNEL = 'whub:request-ports';
export const PORTS_CHANNEL = 'whub:ports';
export const REQUEST_APP_PORT_CHANNEL = 'whub:request-app-port';
export const APP_PORT_CHANNEL = 'whub:app-port';
