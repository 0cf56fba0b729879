// The HAProxy of this machine in front of some nodes, and a network before it that loses connections.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { within } from "./lib.mjs";

/** A cookie keeps sessions on their nodes. A node that is well has nothing at /health, and says so at once. */
const CONFIGURATION = (port, statsPort, nodes) => `
global
    maxconn 5000
defaults
    mode http
    timeout connect 2s
    timeout queue 5s
    timeout check 500ms
    timeout http-request 10s
    timeout http-keep-alive 1s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
frontend clients
    bind 127.0.0.1:${port}
    default_backend nodes
backend nodes
    balance leastconn
    cookie node insert indirect nocache
    option httpchk GET /health
    http-check expect status 404
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response 503
    http-request disable-l7-retry if METH_POST
    default-server check inter 500ms fall 2 rise 2
${nodes.map(({ name, url }) => `    server ${name} ${new URL(url).host} cookie ${name}`).join("\n")}
frontend stats
    bind 127.0.0.1:${statsPort}
    stats enable
    stats uri /
`;

export class HaProxy {
  #nodes;
  #statsPort;

  /** Resolves when all nodes are up. */
  static async start(nodes) {
    const proxy = new HaProxy();
    proxy.#nodes = nodes.map(node => node.name);
    [proxy.port, proxy.#statsPort] = await Promise.all([freePort(), freePort()]);
    const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
    const file = join(folder, "haproxy.cfg");
    writeFileSync(file, CONFIGURATION(proxy.port, proxy.#statsPort, nodes));
    const child = spawn("haproxy", ["-db", "-f", file], { stdio: ["ignore", "ignore", "inherit"] });
    process.on("exit", () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    });
    await proxy.awaitUp();
    return proxy;
  }

  /** Waits until it sends clients to each node. */
  async awaitUp() {
    const deadline = Date.now() + 20_000;
    while (!(await this.#allUp())) {
      if (Date.now() > deadline) throw new Error("haproxy: not all nodes are up within 20 s");
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  async #allUp() {
    const answer = await fetch(`http://127.0.0.1:${this.#statsPort}/;csv`).catch(() => undefined);
    const lines = ((await answer?.text()) ?? "").split("\n").map(line => line.split(","));
    const status = lines[0].indexOf("status");
    return this.#nodes.every(name => lines.some(fields => fields[1] === name && fields[status] === "UP"));
  }
}

/** Passes on what clients and the balancer say, until it loses one of the connections with all that is under way. */
export class Network {
  #pairs = new Set();
  #server;
  /** How many. */
  lost = 0;

  constructor(port) {
    this.#server = createServer(client => {
      const pair = [client, connect(port, "127.0.0.1")];
      this.#pairs.add(pair);
      pair.forEach((end, i) => {
        const other = pair[1 - i];
        end.setNoDelay(true);
        end.pipe(other);
        // An error is followed by close.
        end.on("error", () => {});
        end.on("close", () => {
          other.destroy();
          this.#pairs.delete(pair);
        });
      });
    });
  }

  async listen() {
    await new Promise(resolve => this.#server.listen(0, "127.0.0.1", resolve));
    return this.#server.address().port;
  }

  /** Resets one of them. */
  cut() {
    this.#lose().forEach(end => end.resetAndDestroy());
  }

  /** Nothing comes through one of them any more, and neither side is told. */
  silence() {
    this.#lose().forEach(end => end.removeAllListeners("close").unpipe().resume());
  }

  /** Whichever it be; none if there is none. */
  #lose() {
    const pairs = [...this.#pairs];
    if (pairs.length === 0) return [];
    const pair = pairs[Math.floor(Math.random() * pairs.length)];
    this.#pairs.delete(pair);
    this.lost++;
    return pair;
  }
}

function freePort() {
  return within(5000, "free port", done => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
