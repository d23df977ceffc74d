// npm run icons: draws every icon out of resources/*.svg. What it makes is committed; --check compares instead of writing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { ROOT, isMain } from '../support/project.mjs';
import { icnsOf, ICNS_SIZES, icoOf } from './containers.mjs';

const RESOURCES = join(ROOT, 'resources');
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
const TRAY_SHAPES = ['running', 'busy', 'stopped', 'trouble'];
const TRAY_SIZE = 16;
/** Seen on light and dark panels alike: the shape says what it is, the colour only has to be visible. */
const TRAY_COLOUR = '#5c8df0';

function draw(svg, size) {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }).render().asPng();
}

const drawAll = (svg, sizes) => new Map(sizes.map((size) => [size, Buffer.from(draw(svg, size))]));

/** @returns {Map<string, Buffer>} path below resources/ → content */
export function drawIcons(resources = RESOURCES) {
  const source = (name) => readFileSync(join(resources, name), 'utf8');
  const files = new Map();
  const app = drawAll(source('icon.svg'), [...new Set([...LINUX_SIZES, ...ICO_SIZES, ...ICNS_SIZES])]);
  for (const size of LINUX_SIZES) files.set(`icons/${size}x${size}.png`, app.get(size));
  files.set('icon.ico', icoOf(new Map(ICO_SIZES.map((size) => [size, app.get(size)]))));
  files.set('icon.icns', icnsOf(app));
  const document = drawAll(source('document.svg'), [...new Set([...ICO_SIZES, ...ICNS_SIZES])]);
  files.set('document.ico', icoOf(new Map(ICO_SIZES.map((size) => [size, document.get(size)]))));
  files.set('document.icns', icnsOf(document));
  for (const shape of TRAY_SHAPES) {
    const glyph = source(`tray/${shape}.svg`);
    for (const [name, colour] of [
      [shape, TRAY_COLOUR],
      [`${shape}-template`, '#000000'],
    ]) {
      const svg = glyph.replaceAll('currentColor', colour);
      files.set(`tray/${name}.png`, Buffer.from(draw(svg, TRAY_SIZE)));
      files.set(`tray/${name}@2x.png`, Buffer.from(draw(svg, TRAY_SIZE * 2)));
    }
  }
  return files;
}

/** @returns {string[]} files that are not as they would be drawn */
export function outdatedIcons(resources = RESOURCES) {
  return [...drawIcons(resources)].flatMap(([name, content]) => {
    const path = join(resources, name);
    return existsSync(path) && readFileSync(path).equals(content) ? [] : [name];
  });
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const outdated = outdatedIcons();
    for (const name of outdated) console.error(`resources/${name} is not as drawn: run \`npm run icons\``);
    if (outdated.length > 0) process.exitCode = 1;
  } else {
    for (const [name, content] of drawIcons()) {
      const path = join(RESOURCES, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }
}
