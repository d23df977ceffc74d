import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  main: {
    build: {
      target: 'node24',
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: here('electron/main/index.ts'),
          cli: here('hub-core/cli/main.ts'),
          server: here('hub-core/host/index.ts'),
          'hub-thread': here('hub-core/host/threads/hub-thread.ts'),
          'capture-thread': here('hub-core/host/threads/capture-thread.ts'),
          'rtc-thread': here('hub-core/server/listener/webrtc/threads/rtc-thread.ts'),
        },
        // All in one folder: whichever chunk starts a thread finds its entry as './hub-thread.js' from import.meta.url.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node24',
      outDir: 'out/preload',
      // A sandboxed preload is loaded as CommonJS, and the package is a module: hence the ending.
      rolldownOptions: {
        input: { index: here('electron/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('renderer'),
    base: './',
    plugins: [react()],
    build: {
      target: 'chrome130',
      outDir: here('out/renderer'),
      emptyOutDir: true,
      minify: true,
      // Both are inline code, which the content security policy refuses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: here('renderer/index.html') },
    },
  },
});
