// Runs a desktop app without Electron: node tools/electron-stand-in/main.mjs APP [flags]. APP is a folder with a package.json.
// See README.md beside this file.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [appArg] = process.argv.splice(2, 1);
if (appArg === undefined) {
  console.error('Cannot start: name the folder of an app');
  process.exit(2);
}
const appFolder = resolve(appArg);
const packaged = process.env.ELECTRON_STAND_IN_PACKAGED === '1';
// As in Electron: the program, then the app's folder, which an installed app does not have.
process.argv.splice(1, 1, ...(packaged ? [] : [appFolder]));
process.env.ELECTRON_STAND_IN_APP = appFolder;
process.resourcesPath = dirname(appFolder);

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'electron') return next(specifier, context);
    return { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true };
  },
});

const { becomeReady } = await import('./app.ts');
if (process.send !== undefined) (await import('./test-channel.ts')).serveTests();
const { main } = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8'));
await import(pathToFileURL(join(appFolder, main)).href);
becomeReady();
