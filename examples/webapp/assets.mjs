// Several hundred small files, as a site has them: pictures, style sheets and modules.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of each kind. */
export const EACH = 100;

const numbers = Array.from({ length: EACH }, (_, at) => at);

const KINDS = {
  img: {
    extension: 'svg',
    text: (n) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="12" height="12"><rect width="12" height="12" fill="hsl(${(n * 360) / EACH} 60% 60%)"/></svg>`,
  },
  css: { extension: 'css', text: (n) => `:root { --sheet-${n}: ${n}; }\n` },
  js: { extension: 'js', text: (n) => `export const number = ${n};\nglobalThis.modules.add(number);\n` },
};

/** Writes them below `folder`. */
export async function makeAssets(folder) {
  for (const [kind, { extension, text }] of Object.entries(KINDS)) {
    await mkdir(join(folder, kind), { recursive: true });
    await Promise.all(numbers.map((n) => writeFile(join(folder, kind, `${n}.${extension}`), text(n))));
  }
}

/** The elements of a page that load them all. Addresses are relative: the page does not know where it is reached. */
export function elementsFor() {
  const sheets = numbers.map((n) => `<link rel="stylesheet" href="assets/css/${n}.css">`);
  const modules = numbers.map((n) => `<script type="module" src="assets/js/${n}.js"></script>`);
  const pictures = numbers.map((n) => `<img src="assets/img/${n}.svg" alt="">`);
  return { head: [...sheets, ...modules].join('\n'), body: pictures.join('') };
}
