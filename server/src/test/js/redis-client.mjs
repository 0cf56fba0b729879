// The usual way of Node's servers to sentinels and to a Redis Cluster: ioredis, as the adapters' documentation has it.
import { Cluster, Redis } from "ioredis";

/** Opens redis://, redis+sentinel://host:port,.../name or redis+cluster://host:port,... */
export function redisClient(uri) {
  const [, kind, hosts, name] = /^redis\+(sentinel|cluster):\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  const addresses = hosts?.split(",").map(address => ({ host: address.split(":")[0], port: Number(address.split(":")[1]) }));
  const connect = { sentinel: () => new Redis({ sentinels: addresses, name }), cluster: () => new Cluster(addresses) }[kind] ?? (() => new Redis(uri));
  return quiet(connect());
}

/** Complaints about a Redis that is away go to the log. */
export function quiet(client) {
  return client.on("error", error => console.error(error.message));
}
