import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { icnsOf, ICNS_SIZES, icoOf } from '../icons/containers.mjs';
import { outdatedIcons } from '../icons/draw.mjs';
import { ROOT } from '../support/project.mjs';
import { architectureOf, folderOf, layoutOf } from './artefact.mjs';
import { builderConfig, signingFor } from './builder-config.mjs';
import { contentProblems } from './check-artefact.mjs';
import { writeChecksums } from './checksums.mjs';
import { writeDummyElectron } from './dummy-electron.mjs';
import { isSupported } from './electron-support.mjs';
import { burnFuses, wrongFuses } from './fuses.mjs';

const work = mkdtempSync(join(tmpdir(), 'whub-package-test-'));
afterAll(() => rmSync(work, { recursive: true }));

const TARGETS = ['linux', 'win32', 'darwin'].flatMap((platform) =>
  ['x64', 'arm64'].map((arch) => ({ platform, arch })),
);

describe('architectureOf()', () => {
  it.each(TARGETS)('[PK2] architectureOf() knows the native module for $platform-$arch', ({ platform, arch }) => {
    const path = join(ROOT, `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`);
    expect(architectureOf(readFileSync(path))).toBe(`${platform}-${arch}`);
  });

  it('[PK2] architectureOf() takes nothing else for one', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('MZ'),
      Buffer.alloc(1024),
      Buffer.from('#!/bin/sh\n'.repeat(20)),
    ]) {
      expect(architectureOf(bytes)).toBe('unknown');
    }
  });
});

describe('fuses', () => {
  it.each(TARGETS)(
    '[PK3] every fuse of a packed Electron for $platform-$arch is as decided',
    async ({ platform, arch }) => {
      const folder = join(work, `${platform}-${arch}`);
      writeDummyElectron(folder, { platform, arch, version: '45.4.1' });
      const names = { linux: 'electron', win32: 'electron.exe', darwin: 'Electron.app' } as Record<string, string>;
      const executable = join(folder, names[platform] ?? '');
      expect(await wrongFuses(executable, platform)).toEqual(
        expect.arrayContaining([
          'the fuse RunAsNode is not as decided',
          'the fuse OnlyLoadAppFromAsar is not as decided',
        ]),
      );
      await burnFuses(executable, platform);
      expect(await wrongFuses(executable, platform)).toEqual([]);
    },
  );

  it('[PK3] a fuse that a newer Electron adds fails the build until it is decided on', async () => {
    const executable = join(work, 'newer');
    const wire = Buffer.concat([
      Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
      Buffer.of(1, 10),
      Buffer.from('1101010111'),
    ]);
    writeFileSync(executable, wire);
    await expect(burnFuses(executable, 'linux')).rejects.toThrow(/fuse/i);
  });
});

describe('contentProblems()', () => {
  const manifest = { dependencies: { ws: '1' }, devDependencies: { vitest: '1' } };
  const good = [
    'package.json',
    'out/main/index.js',
    'out/main/hub-thread.js',
    'out/main/capture-thread.js',
    'out/main/rtc-thread.js',
    'out/preload/index.cjs',
    'out/renderer/index.html',
    'resources/tray/running.png',
    'node_modules/better-sqlite3/lib/index.js',
    'node_modules/ws/lib/websocket.js',
  ];

  it('[PK1] contentProblems() is content with what is needed', () => {
    expect(contentProblems(good, manifest)).toEqual([]);
  });

  it.each([
    'out/main/index.js.map',
    'hub-core/cli/main.ts',
    'node_modules/ws/lib/websocket.test.js',
    'node_modules/ws/test/a.js',
    'node_modules/vitest/dist/index.js',
    'node_modules/better-sqlite3/deps/sqlite3.c',
    '.env',
  ])('[PK1] contentProblems() refuses %s', (name) => {
    expect(contentProblems([...good, name], manifest)).toEqual([expect.stringContaining(name)]);
  });

  it('[PK1] contentProblems() misses what is not there', () => {
    expect(contentProblems(good.slice(0, -1), manifest)).toEqual([
      'node_modules/ws/lib/websocket.js is missing',
      'node_modules/ws/ is missing',
    ]);
  });
});

describe('signing', () => {
  const KEYS = ['CSC_LINK', 'CSC_KEY_PASSWORD', 'APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'];
  const all = Object.fromEntries([...KEYS, 'WIN_CSC_LINK', 'WIN_CSC_KEY_PASSWORD'].map((name) => [name, 'x']));

  it('[PK5] what is not there to sign with is skipped and said, and the build is marked as not signed', () => {
    expect(signingFor('darwin', {}).warnings).toEqual([
      'macOS signing is skipped: set CSC_LINK, CSC_KEY_PASSWORD',
      'macOS notarisation is skipped: set APPLE_API_KEY, APPLE_API_KEY_ID, APPLE_API_ISSUER',
    ]);
    expect(signingFor('win32', { WIN_CSC_LINK: 'x' }).warnings).toHaveLength(1);
    expect(signingFor('linux', {})).toEqual({ signed: false, notarised: false, warnings: [] });
    expect(builderConfig({ platform: 'darwin', env: {} })).toMatchObject({
      extraMetadata: { whubBuild: { signed: false } },
      mac: { identity: null, notarize: false },
      publish: null,
    });
  });

  it('[PK5] with everything there it is signed, notarised, and knows where updates are', () => {
    const env = { ...all, WHUB_UPDATE_URL: 'https://updates.example.com/' };
    expect(signingFor('darwin', env)).toEqual({ signed: true, notarised: true, warnings: [] });
    const config = builderConfig({ platform: 'darwin', env });
    expect(config).toMatchObject({
      extraMetadata: { whubBuild: { signed: true } },
      mac: { notarize: true, hardenedRuntime: true },
      publish: [{ provider: 'generic', url: 'https://updates.example.com/' }],
    });
    expect('identity' in (config.mac ?? {})).toBe(false);
  });

  it('[PK5] every kind of package is made for both architectures', () => {
    const { linux, mac, win } = builderConfig({ platform: 'linux', env: {} });
    const kinds = [linux, mac, win].map((part) => part.target.map((each: { target: string }) => each.target));
    expect(kinds).toEqual([
      ['deb', 'rpm', 'AppImage', 'tar.gz'],
      ['dmg', 'zip'],
      ['nsis', 'zip'],
    ]);
    for (const part of [linux, mac, win]) for (const { arch } of part.target) expect(arch).toEqual(['x64', 'arm64']);
  });
});

it('[PK6] every icon is as it is drawn from its source', () => {
  expect(outdatedIcons()).toEqual([]);
});

describe('icon containers', () => {
  const png = (size: number): Buffer => Buffer.from(`png ${String(size)}`);

  it('[PK6] icoOf() lists each image with its size and place', () => {
    const ico = icoOf(new Map([16, 256].map((size) => [size, png(size)])));
    expect([ico.readUInt16LE(0), ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([0, 1, 2]);
    expect([ico.readUInt8(6), ico.readUInt8(22)]).toEqual([16, 0]);
    const [length, offset] = [ico.readUInt32LE(22 + 8), ico.readUInt32LE(22 + 12)];
    expect(ico.subarray(offset, offset + length)).toEqual(png(256));
  });

  it('[PK6] icnsOf() holds every size, and says its own length', () => {
    const icns = icnsOf(new Map(ICNS_SIZES.map((size) => [Number(size), png(Number(size))])));
    expect(icns.toString('latin1', 0, 4)).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    expect(icns.toString('latin1', 8, 12)).toBe('icp4');
  });
});

it('[PK7] checksums are listed for artefacts alone, as sha256sum reads them', async () => {
  const folder = mkdtempSync(join(work, 'sums-'));
  writeFileSync(join(folder, 'WHub-1.0.0-linux-x64.deb'), 'abc');
  writeFileSync(join(folder, 'builder-debug.yml'), 'x');
  expect(await writeChecksums(folder)).toBe(1);
  expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  WHub-1.0.0-linux-x64.deb\n',
  );
});

it('[PK2] the unpacked artefact is found where electron-builder puts it', () => {
  expect(TARGETS.map(({ platform, arch }) => folderOf(platform, arch))).toEqual([
    'linux-unpacked',
    'linux-arm64-unpacked',
    'win-unpacked',
    'win-arm64-unpacked',
    'mac',
    'mac-arm64',
  ]);
  expect(layoutOf('darwin', 'x')?.resources).toBe(join('x', 'WHub.app/Contents/Resources'));
});

it('[PK10] an Electron is supported while it is one of the three newest majors', () => {
  const newest = ['45.4.1', '46.0.0', '47.1.0', '48.0.0'];
  expect(newest.map((version) => isSupported('45.4.1', version))).toEqual([true, true, true, false]);
});
