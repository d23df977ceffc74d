// A folder that has Electron's form and none of its code: enough for electron-builder to pack an app around, and for fuses to be
// burnt into. For machines where Electron itself cannot be fetched.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron ships: every fuse that it has, each as it comes. @see build/fuses/fuses.json5 of Electron */
const WIRE = '101100011';
const ELF_MACHINE = { x64: 0x3e, arm64: 0xb7 };
const MACH_CPU = { x64: 0x01000007, arm64: 0x0100000c };
const PE_MACHINE = { x64: 0x8664, arm64: 0xaa64 };
const MAC_HELPERS = ['', ' (Renderer)', ' (GPU)', ' (Plugin)'];

/** The part of a binary that holds its fuses. @see docs/tutorial/fuses.md of Electron */
function fuses() {
  return Buffer.concat([Buffer.from(SENTINEL), Buffer.of(1, WIRE.length), Buffer.from(WIRE)]);
}

function elf(arch) {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head.writeUInt8(2, 4); // 64 bits
  head.writeUInt8(1, 5); // little-endian
  head.writeUInt8(1, 6);
  head.writeUInt16LE(2, 16); // an executable
  head.writeUInt16LE(ELF_MACHINE[arch], 18);
  return Buffer.concat([head, fuses()]);
}

function machO(arch) {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(MACH_CPU[arch], 4);
  head.writeUInt32LE(2, 12); // an executable
  return Buffer.concat([head, fuses()]);
}

function pe(arch) {
  const executable = NtExecutable.createEmpty(false, false);
  executable.newHeader.fileHeader.machine = PE_MACHINE[arch];
  // electron-builder writes the app's version and the archive's hash beside the ones that are there.
  const resources = NtExecutableResource.from(executable);
  const info = Resource.VersionInfo.createEmpty();
  info.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron', FileDescription: 'Electron' });
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  executable.setExtraData(fuses());
  return Buffer.from(executable.generate());
}

function plist(executable) {
  const entries = { CFBundleExecutable: executable, CFBundleName: executable, CFBundlePackageType: 'APPL' };
  const lines = Object.entries(entries).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${lines.join('')}</dict></plist>\n`;
}

function filesOf(platform, arch) {
  const common = { LICENSE: 'MIT', 'LICENSES.chromium.html': '<!doctype html>' };
  if (platform === 'linux') {
    return {
      ...common,
      electron: elf(arch),
      'chrome-sandbox': '',
      'resources/placeholder': '',
      'locales/en-US.pak': '',
    };
  }
  if (platform === 'win32') {
    return { ...common, 'electron.exe': pe(arch), 'resources/placeholder': '', 'locales/en-US.pak': '' };
  }
  const app = 'Electron.app/Contents';
  const framework = `${app}/Frameworks/Electron Framework.framework`;
  const helpers = MAC_HELPERS.flatMap((suffix) => {
    const name = `Electron Helper${suffix}`;
    const contents = `${app}/Frameworks/${name}.app/Contents`;
    return [
      [`${contents}/Info.plist`, plist(name)],
      [`${contents}/MacOS/${name}`, machO(arch)],
    ];
  });
  return {
    ...common,
    [`${app}/Info.plist`]: plist('Electron'),
    [`${app}/MacOS/Electron`]: machO(arch),
    [`${app}/Resources/electron.icns`]: '',
    [`${framework}/Electron Framework`]: machO(arch),
    [`${framework}/Resources/en.lproj/locale.pak`]: '',
    ...Object.fromEntries(helpers),
  };
}

/**
 * Writes it into `folder`.
 *
 * @param {{ platform: string, arch: string, version: string }} electron that it takes the place of
 */
export function writeDummyElectron(folder, { platform, arch, version }) {
  const files = { ...filesOf(platform, arch), version };
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o755 });
  }
}
