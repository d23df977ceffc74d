import { burnFuses } from './fuses.mjs';
import { layoutOf } from './artefact.mjs';

/** Called by electron-builder for every unpacked artefact, before it is signed. */
export async function afterPack({ appOutDir, electronPlatformName }) {
  await burnFuses(layoutOf(electronPlatformName, appOutDir).executable, electronPlatformName);
}
