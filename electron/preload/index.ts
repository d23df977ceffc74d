import { contextBridge, ipcRenderer } from 'electron';

/** As in electron/main/bridge/channels.ts, which a preload may not import; a test holds the two together. */
const CHANNELS = {
  hub: { request: 'whub:request-ports', answer: 'whub:ports' },
  app: { request: 'whub:request-app-port', answer: 'whub:app-port' },
} as const;

// A port cannot cross the context bridge; a message posted to the page's own window can carry it.
for (const of of ['hub', 'app'] as const) {
  ipcRenderer.on(CHANNELS[of].answer, (event) => {
    window.postMessage({ type: 'whub-ports', of }, window.location.origin, [...event.ports]);
  });
}

contextBridge.exposeInMainWorld('whub', {
  requestPorts: (of: unknown): void => ipcRenderer.send(CHANNELS[of === 'app' ? 'app' : 'hub'].request),
});
