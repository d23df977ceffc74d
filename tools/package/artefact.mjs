import { join } from 'node:path';

/**
 * Where things are in an unpacked artefact.
 *
 * @param {string} platform as in process.platform
 * @returns {{ executable: string, resources: string } | undefined} undefined for a platform that nothing is packed for
 */
export function layoutOf(platform, folder) {
  const macApp = join(folder, 'WHub.app');
  return {
    linux: { executable: join(folder, 'whub'), resources: join(folder, 'resources') },
    win32: { executable: join(folder, 'WHub.exe'), resources: join(folder, 'resources') },
    darwin: { executable: macApp, resources: join(macApp, 'Contents/Resources') },
  }[platform];
}

/** @returns {string} electron-builder's folder for an unpacked artefact */
export function folderOf(platform, arch) {
  const name = { linux: 'linux', win32: 'win', darwin: 'mac' }[platform];
  if (arch === 'x64') return platform === 'darwin' ? 'mac' : `${name}-unpacked`;
  return platform === 'darwin' ? `mac-${arch}` : `${name}-${arch}-unpacked`;
}

const ELF_MACHINES = { 0x3e: 'x64', 0xb7: 'arm64' };
const MACH_CPUS = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
const PE_MACHINES = { 0x8664: 'x64', 0xaa64: 'arm64' };

/**
 * Platform and architecture of a native library, from its header.
 *
 * @param {Buffer} bytes its beginning, 1 KiB will do
 * @returns {string} `linux-x64`; `unknown` for anything else
 * @see the ELF specification (e_machine at 18); Apple's mach-o/loader.h (cputype at 4); Microsoft's "PE Format" (offset at 0x3c)
 */
export function architectureOf(bytes) {
  if (bytes.length > 20 && bytes.readUInt32BE(0) === 0x7f454c46) {
    return `linux-${ELF_MACHINES[bytes.readUInt16LE(18)] ?? 'unknown'}`;
  }
  if (bytes.length > 8 && bytes.readUInt32LE(0) === 0xfeedfacf) {
    return `darwin-${MACH_CPUS[bytes.readUInt32LE(4)] ?? 'unknown'}`;
  }
  if (bytes.length > 0x40 && bytes.toString('latin1', 0, 2) === 'MZ') {
    const at = bytes.readUInt32LE(0x3c);
    if (bytes.length > at + 6 && bytes.toString('latin1', at, at + 4) === 'PE\0\0') {
      return `win32-${PE_MACHINES[bytes.readUInt16LE(at + 4)] ?? 'unknown'}`;
    }
  }
  return 'unknown';
}
