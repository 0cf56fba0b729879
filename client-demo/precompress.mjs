/**
 * Writes the browser bundles of socket.io-client, as they are and compressed, with the version they belong to: what a Duet server serves below its
 * path, as Node's server does. Into the folder that is named.
 */
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, deflate, gzip } from "node:zlib";

const FILES = ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"];
const FORMS = {
  "": async (bytes) => bytes,
  ".br": promisify(brotliCompress),
  ".gzip": promisify(gzip),
  ".deflate": promisify(deflate),
};

export async function precompress(folder) {
  const from = path.dirname(createRequire(import.meta.url).resolve("socket.io-client/package.json"));
  const { version } = JSON.parse(await readFile(path.join(from, "package.json"), "utf8"));
  const properties = path.join(folder, "client.properties");
  if (await isCurrent(properties, `version=${version}\n`)) {
    return version;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const names = FILES.flatMap((name) => [name, `${name}.map`]);
  await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(from, "dist", name));
      await Promise.all(
        Object.entries(FORMS).map(async ([suffix, compress]) =>
          writeFile(path.join(folder, name + suffix), await compress(bytes)),
        ),
      );
    }),
  );
  // Last of all: it says that the folder is complete.
  await writeFile(properties, `version=${version}\n`);
  return version;
}

/** Whether an earlier run has done it all: Brotli takes seconds, and every build comes through here. */
async function isCurrent(file, content) {
  try {
    const [written, script] = [await stat(file), await stat(new URL(import.meta.url))];
    return written.mtimeMs > script.mtimeMs && (await readFile(file, "utf8")) === content;
  } catch (error) {
    if (error.code === "ENOENT") {
      return false;
    }
    throw error;
  }
}
