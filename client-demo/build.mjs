/** Builds dist/: the page as it is in src/, and the published browser bundle of socket.io-client. And target/client/: what servers serve. */
import { copyFile, cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { precompress } from "./precompress.mjs";

const root = new URL("./", import.meta.url);
const dist = new URL("dist/", root);
const bundle = "socket.io.esm.min.js";

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await cp(new URL("src/", root), dist, { recursive: true });
await copyFile(new URL(`node_modules/socket.io-client/dist/${bundle}`, root), new URL(bundle, dist));
console.log(`dist: ${(await readdir(dist)).sort().join(" ")}`);

const version = await precompress(fileURLToPath(new URL("target/client/", root)));
console.log(`target/client: socket.io-client ${version}`);
