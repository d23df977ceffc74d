// Windows' and macOS's containers for icons of several sizes. Both take PNG as it is.

/**
 * @param {ReadonlyMap<number, Buffer>} images size in px → PNG; 256 at most
 * @returns {Buffer} an .ico file
 * @see https://learn.microsoft.com/windows/win32/uxguide/vis-icons and "The format of icon resources", R. Chen
 */
export function icoOf(images) {
  const head = Buffer.alloc(6 + 16 * images.size);
  head.writeUInt16LE(1, 2); // an icon, no cursor
  head.writeUInt16LE(images.size, 4);
  let offset = head.length;
  let at = 6;
  for (const [size, png] of images) {
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4); // planes
    head.writeUInt16LE(32, at + 6); // bits a pixel
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
    at += 16;
  }
  return Buffer.concat([head, ...images.values()]);
}

/** Type of an entry by its size in px; the second for twice the density. */
const ICNS_TYPES = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
];

/** Sizes that {@link icnsOf} needs. */
export const ICNS_SIZES = [...new Set(ICNS_TYPES.map(([, size]) => size))];

/**
 * @param {ReadonlyMap<number, Buffer>} images size in px → PNG, one for each of ICNS_SIZES
 * @returns {Buffer} an .icns file
 * @see https://en.wikipedia.org/wiki/Apple_Icon_Image_format
 */
export function icnsOf(images) {
  const entries = ICNS_TYPES.map(([type, size]) => {
    const png = images.get(size);
    const head = Buffer.alloc(8, type, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const body = Buffer.concat(entries);
  const head = Buffer.alloc(8, 'icns', 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}
