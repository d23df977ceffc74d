import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/**
 * What is burnt into every packed Electron. Strict: a fuse that a newer Electron adds fails the build until it is decided on.
 *
 * @param {string} platform as in process.platform
 */
export function fusesFor(platform) {
  const checksAsar = platform === 'darwin' || platform === 'win32';
  return {
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    // Electron checks it on these two only.
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: checksAsar,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    // Out-of-bounds checks of WebAssembly by the processor, as Electron comes.
    [FuseV1Options.WasmTrapHandlers]: true,
  };
}

/** @param {string} executable the packed app's, or its .app */
export async function burnFuses(executable, platform) {
  await flipFuses(executable, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // A changed binary has lost its signature; Apple silicon runs none without.
    resetAdHocDarwinSignature: platform === 'darwin' && process.platform === 'darwin',
    ...fusesFor(platform),
  });
}

/** @returns {Promise<string[]>} fuses that are not as they shall be, in words; empty when all are */
export async function wrongFuses(executable, platform) {
  const wire = await getCurrentFuseWire(executable);
  const wanted = fusesFor(platform);
  const problems = [];
  for (const [option, state] of Object.entries(wire)) {
    if (option === 'version') continue;
    const name = FuseV1Options[option];
    if (name === undefined) problems.push(`the fuse ${option} is unknown`);
    // The wire holds the characters 0 and 1.
    else if (String.fromCharCode(state) !== (wanted[option] ? '1' : '0'))
      problems.push(`the fuse ${name} is not as decided`);
  }
  const missing = Object.keys(wanted).filter((option) => wire[option] === undefined);
  return [...problems, ...missing.map((option) => `the fuse ${FuseV1Options[option]} is not there`)];
}
