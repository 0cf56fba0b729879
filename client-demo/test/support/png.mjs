/** Makes PNGs without a library. */
import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const EIGHT_BIT_RGB = [8, 2, 0, 0, 0];

/**
 * Random pixels: they do not compress, so they fill several frames or polling payloads.
 *
 * @returns {{png: Buffer, checksum: number}} the file, and the checksum of its red, green and blue bytes
 */
export function noisePng(width, height) {
  const pixels = randomBytes(width * height * 3);
  return { png: pngOf(width, height, pixels), checksum: pixels.reduce(addToChecksum, 0) };
}

/** A sun that rises behind hills, for a picture that is nice to look at. */
export function picturePng(width, height) {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels.set(colourAt(x / width, y / height, width / height), (y * width + x) * 3);
    }
  }
  return pngOf(width, height, pixels);
}

function colourAt(x, y, ratio) {
  const hills = [
    { top: 0.86 + 0.05 * Math.sin(x * 9 + 1), colour: [44, 36, 92] },
    { top: 0.7 + 0.08 * Math.sin(x * 6 + 4), colour: [79, 62, 146] },
  ];
  const hill = hills.find(({ top }) => y > top);
  if (hill) {
    return hill.colour;
  }
  const fromSun = Math.hypot((x - 0.62) * ratio, y - 0.62);
  return fromSun < 0.22 ? [255, 226, 150] : [255 - 40 * (1 - y), 120 + 110 * y - 30 * fromSun, 150 - 20 * y + 40 * fromSun];
}

function pngOf(width, height, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(EIGHT_BIT_RGB, 8);
  const rows = Array.from({ length: height }, (_, y) => [
    Buffer.of(0),
    pixels.subarray(y * width * 3, (y + 1) * width * 3),
  ]);
  const data = deflateSync(Buffer.concat(rows.flat()));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/** Runs in the page: the same checksum of what an `<img>` shows. */
export function shownChecksum(image) {
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  return rgba.reduce((sum, byte, i) => (i % 4 === 3 ? sum : (Math.imul(sum, 31) + byte) | 0), 0);
}

function addToChecksum(sum, byte) {
  return (Math.imul(sum, 31) + byte) | 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
