// Node's server for the benchmarks. Prints `ready <port>`. SIGUSR2 collects the garbage if node runs with --expose-gc.
import { server, settings } from "./bench-app.mjs";

const io = await server({ perMessageDeflate: settings.deflate });

process.on("SIGUSR2", () => globalThis.gc?.());

io.listen(Number(settings.port));
io.httpServer.on("listening", () => console.log(`ready ${io.httpServer.address().port}`));
