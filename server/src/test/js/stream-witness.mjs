// What the master's stream held until it was killed, and what its successor's holds: the difference is what Redis lost.
import { Redis } from "ioredis";
import { redisClient } from "./redis-client.mjs";

const STREAM = "socket.io";

export class StreamWitness {
  /** Of whoever is the master. */
  #client;
  #pid;
  #seen = [];
  #ended;

  /** Follows the stream of the present master. */
  static async start(uri) {
    const witness = new StreamWitness();
    witness.#client = redisClient(uri);
    const info = await witness.#client.info("server");
    const [pid, port] = ["process_id", "tcp_port"].map(name => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)[1]));
    witness.#pid = pid;
    const master = new Redis(port, "127.0.0.1", { retryStrategy: null, maxRetriesPerRequest: 0 }).on("error", () => {});
    witness.#ended = witness.#follow(master);
    return witness;
  }

  async #follow(master) {
    for (let last = "0"; ; ) {
      const answer = await master.xread("COUNT", 1000, "BLOCK", 0, "STREAMS", STREAM, last).catch(() => undefined);
      if (!answer) return;
      const entries = answer[0][1];
      this.#seen.push(...entries);
      last = entries.at(-1)[0];
    }
  }

  /** What is written from now on dies with the master. */
  async stopReplication() {
    await this.#client.acl("SETUSER", "default", "-sync", "-psync");
    await this.#client.client("KILL", "TYPE", "replica");
  }

  async killMaster() {
    process.kill(this.#pid, "SIGKILL");
    await this.#ended;
  }

  /** Compares; numbers are named `room number`. */
  async compare(rooms) {
    const kept = count(await this.#client.xrange(STREAM, "-", "+"));
    const seen = count(this.#seen);
    const all = rooms.flatMap(room => Array.from({ length: room.sent }, (_, i) => `${room.name} ${i + 1}`));
    return {
      kept,
      lost: all.filter(name => seen.has(name) && !kept.has(name)),
      neverWritten: all.filter(name => !seen.has(name) && !kept.has(name)),
      writtenAgain: all.filter(name => (kept.get(name) ?? 0) > 1),
    };
  }
}

/** How often each number was written. */
function count(entries) {
  const times = new Map();
  for (const [, fields] of entries) {
    const { type, data } = Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, i) => fields.slice(2 * i, 2 * i + 2)));
    if (type !== "3" || !data.startsWith("{")) continue;
    const [event, number, room] = JSON.parse(data).packet.data;
    if (event === "n") times.set(`${room} ${number}`, (times.get(`${room} ${number}`) ?? 0) + 1);
  }
  return times;
}
