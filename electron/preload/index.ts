import { contextBridge, ipcRenderer } from 'electron';

/** As in electron/main/bridge/channels.ts, which a preload may not import; a test holds the two together. */
const REQUEST_CHANNEL = 'whub:request-ports';
const PORTS_CHANNEL = 'whub:ports';

// A port cannot cross the context bridge; a message posted to the page's own window can carry it.
ipcRenderer.on(PORTS_CHANNEL, (event) => {
  window.postMessage({ type: 'whub-ports' }, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('whub', {
  requestPorts: (): void => ipcRenderer.send(REQUEST_CHANNEL),
});
