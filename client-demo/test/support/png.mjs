/** Makes a PNG of random pixels: it does not compress, so it fills several frames or polling payloads. */
import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const EIGHT_BIT_RGB = [8, 2, 0, 0, 0];

/** @returns {{png: Buffer, checksum: number}} the file, and the checksum of its red, green and blue bytes */
export function noisePng(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(EIGHT_BIT_RGB, 8);
  const pixels = randomBytes(width * height * 3);
  const rows = Array.from({ length: height }, (_, y) => [
    Buffer.of(0),
    pixels.subarray(y * width * 3, (y + 1) * width * 3),
  ]);
  const data = deflateSync(Buffer.concat(rows.flat()));
  const png = Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
  return { png, checksum: pixels.reduce(addToChecksum, 0) };
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
