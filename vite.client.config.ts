import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The SDK as programs import it: `--mode browser` with everything in one file, otherwise for Node with packages left out. */
export default defineConfig(({ mode }) => {
  const isForBrowsers = mode === 'browser';
  return {
    publicDir: false,
    build: {
      target: isForBrowsers ? 'es2022' : 'node22',
      outDir: here('out/client'),
      // Two builds and the types share the folder.
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      lib: {
        entry: here(isForBrowsers ? 'hub-core/client/index.ts' : 'hub-core/client/node/index.ts'),
        formats: ['es'],
        fileName: () => (isForBrowsers ? 'browser.js' : 'node.js'),
      },
      rolldownOptions: { external: isForBrowsers ? [] : [/^node:/, 'ws', 'werift'], output: { codeSplitting: false } },
    },
  };
});
