// Connection state recovery between servers on the streams wire: --jar (duet-fixtures.jar) and --redis (its URI).
// A client is connected through a proxy of ours; its server is killed, or its connection cut, and it comes back to another server, while a third
// party goes on sending numbers to its room. It must miss none and get none twice, and be the same socket.
import { EventEmitter, once } from "node:events";
import { connect as open, createServer } from "node:net";
import { parseArgs } from "node:util";
import { io } from "socket.io-client";
import { next, same, Tap, within } from "./lib.mjs";
import { duet, node, silent } from "./members.mjs";

const { values: settings } = parseArgs({ options: { jar: { type: "string" }, redis: { type: "string" } } });
const tap = new Tap("cluster recovery", 100);

/** Stands before whichever server is there at the time. */
class Proxy {
  #sockets = new Set();

  async start() {
    this.server = createServer(socket => {
      const upstream = open(Number(new URL(this.target.url).port), "127.0.0.1");
      for (const [from, to] of [[socket, upstream], [upstream, socket]]) {
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
      this.#sockets.add(socket);
    });
    await new Promise(resolve => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  cut() {
    this.#sockets.forEach(socket => socket.destroy());
    this.#sockets.clear();
  }
}

const member = ["--redis", settings.redis, "--adapter", "streams", "--recovery"];
const [d1, d2, d3, n1] = await Promise.all([
  duet(settings.jar, "d1", "node", ...member),
  duet(settings.jar, "d2", "node", ...member),
  duet(settings.jar, "d3", "node", ...member),
  node("n1", ...member),
]);
await within(10_000, "all four", async done => {
  while ((await d2.ask({ op: "serverCount" })) !== 4);
  done();
});

/**
 * Loses the client's server or connection while numbers flow, or, if `quiet`, before the first. As fast as they can be sent; if the client comes
 * back to Node's server, they wait for it after some that it misses: what comes while that server looks for them, it loses or sends twice.
 */
async function comesBack(from, to, lose, quiet) {
  const proxy = await new Proxy().start();
  proxy.target = from;
  const client = io(proxy.url, { forceNew: true, transports: ["websocket"], reconnectionDelay: 100, reconnectionDelayMax: 100, randomizationFactor: 0 });
  const seen = [];
  const arrivals = new EventEmitter();
  client.on("number", number => arrivals.emit("more", seen.push(number)));
  const until = (what, test) =>
    within(10_000, what, async done => {
      while (!test()) await once(arrivals, "more");
      done();
    });
  await next(client, "connect");
  const { id } = client;
  await from.ask({ op: "join", socket: id, rooms: [`room of ${id}`] });
  let count = 0;
  let flowing = true;
  let enough = Infinity;
  const flow = async () => {
    while (flowing) {
      await d2.ask({ op: "emit", rooms: [`room of ${id}`], args: ["number", count++] });
      if (to === n1 && count >= enough && !client.connected) await next(client, "connect");
    }
  };
  const first = quiet ? undefined : flow();
  if (!quiet) await until("numbers", () => seen.length > 100);
  proxy.target = to;
  const lost = next(client, "disconnect");
  await lose(proxy);
  await lost;
  enough = count + 20;
  const later = first ?? flow();
  await next(client, "connect");
  same([client.recovered, client.id], [true, id]);
  const before = seen.length;
  await until("more numbers", () => seen.length > before + 100);
  flowing = false;
  await later;
  await until("the last number", () => seen.at(-1) === count - 1);
  same(seen, [...Array(count).keys()]);
  same((await to.ask({ op: "rooms", socket: id })).sort(), [id, `room of ${id}`].sort());
  client.disconnect();
  proxy.cut();
  proxy.server.close();
}

await tap.check("a client of a killed server goes on at another", () => comesBack(d1, d2, () => d1.end("SIGKILL")));
await tap.check("a client that has got nothing yet, of a killed server", () => comesBack(d3, d2, () => d3.end("SIGKILL"), true));
await tap.check("from Duet to Node", () => comesBack(d2, n1, proxy => proxy.cut()));
await tap.check("from Node to Duet", () => comesBack(n1, d2, proxy => proxy.cut()));
await tap.check("from Duet to Duet", () => comesBack(d2, d2, proxy => proxy.cut()));
await tap.check("no node complains", () => silent([d2]));
tap.end();
