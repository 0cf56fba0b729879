// Node's side of the fixture `node`: a cluster member, driven by JSON lines on standard input.
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { Server } from "socket.io";
import { tagged, untagged } from "./lib.mjs";
import { quiet, redisClient } from "./redis-client.mjs";

const string = value => ({ type: "string", default: value });
const { values: settings } = parseArgs({
  options: {
    redis: { type: "string" },
    port: string("0"),
    "answer-timeout": string("5000"),
    adapter: string("classic"),
    "subscription-mode": string("dynamic"),
    recovery: { type: "boolean", default: false },
    "ping-interval": string("25000"),
    "ping-timeout": string("20000"),
  },
});
const connect = async () => (settings.redis.includes("+") ? redisClient(settings.redis) : quiet(await createClient({ url: settings.redis }).connect()));
const [pub, sub] = await Promise.all([connect(), connect()]);
const ADAPTERS = {
  classic: () => createAdapter(pub, sub, { requestsTimeout: Number(settings["answer-timeout"]) }),
  streams: () => createStreamsAdapter(pub),
  sharded: () => createShardedAdapter(pub, sub, { subscriptionMode: settings["subscription-mode"] }),
};
const io = new Server(Number(settings.port), {
  adapter: ADAPTERS[settings.adapter](),
  connectionStateRecovery: settings.recovery ? {} : undefined,
  pingInterval: Number(settings["ping-interval"]),
  pingTimeout: Number(settings["ping-timeout"]),
});

io.on("connection", socket =>
  socket.on("join", async (room, ack) => {
    await socket.join(room);
    ack();
  }),
);

const write = line => process.stdout.write(`${JSON.stringify(line)}\n`);

function operator(nsp, { rooms = [], except = [], flags = {} }) {
  let result = nsp.to(rooms).except(except);
  if (flags.local) result = result.local;
  if (flags.volatile) result = result.volatile;
  if ("compress" in flags) result = result.compress(flags.compress);
  return "timeout" in flags ? result.timeout(flags.timeout) : result;
}

function socket(nsp, { socket: id }) {
  const found = nsp.sockets.get(id);
  if (!found) throw new Error(`socket: ${id} (expected: one of this node)`);
  return found;
}

/** Emits, and gives what comes back if an acknowledgement is wanted. */
function emit(target, { args, ack }) {
  const values = untagged(args);
  if (!ack) return void target.emit(...values);
  return new Promise(resolve =>
    target.emit(...values, (error, responses) => resolve({ responses: tagged([responses].flat()), error: error?.message ?? null })),
  );
}

function listen(nsp, { event, value }) {
  nsp.on(event, (...args) => {
    const ack = typeof args.at(-1) === "function" ? args.pop() : undefined;
    write({ event: "serverSide", nsp: nsp.name, args: [event, ...tagged(args)] });
    if (value !== undefined) ack?.(untagged(value));
  });
}

const OPERATIONS = {
  of: () => {},
  emit: (nsp, request) => emit(operator(nsp, request), request),
  socketEmit: (nsp, request) => emit(socket(nsp, request).timeout(request.flags.timeout), request),
  socketBroadcast: (nsp, request) => emit(operator(socket(nsp, request).broadcast, request), request),
  remoteEmit: async (nsp, request) => {
    const [remote] = await nsp.in(request.socket).fetchSockets();
    return emit(remote.timeout(request.flags.timeout), request);
  },
  join: async (nsp, request) => {
    await socket(nsp, request).join(request.rooms);
    // The sharded adapter does not wait for its subscriptions; on the same connection this is behind them.
    await sub.ping();
  },
  leave: (nsp, request) => request.rooms.forEach(room => socket(nsp, request).leave(room)),
  rooms: (nsp, request) => [...socket(nsp, request).rooms],
  setData: (nsp, request) => void Object.assign(socket(nsp, request).data, request.data),
  socketsJoin: (nsp, request) => operator(nsp, request).socketsJoin(request.join),
  socketsLeave: (nsp, request) => operator(nsp, request).socketsLeave(request.leave),
  disconnectSockets: (nsp, request) => operator(nsp, request).disconnectSockets(request.close),
  fetchSockets: async (nsp, request) =>
    (await operator(nsp, request).fetchSockets()).map(({ id, rooms, data, handshake }) => ({ id, rooms: [...rooms], data, handshake })),
  allRooms: async nsp => [...(await nsp.adapter.allRooms())],
  serverCount: nsp => nsp.adapter.serverCount(),
  serverSideEmit: (nsp, request) => {
    const values = untagged(request.args);
    if (!request.ack) return void nsp.serverSideEmit(...values);
    return new Promise(resolve =>
      nsp.serverSideEmit(...values, (error, responses) => resolve({ responses: tagged(responses), error: error?.message ?? null })),
    );
  },
  listen,
  answer: listen,
};

createInterface({ input: process.stdin }).on("line", async text => {
  const request = JSON.parse(text);
  try {
    const result = await OPERATIONS[request.op](io.of(request.nsp ?? "/"), request);
    write({ id: request.id, result: result ?? null });
  } catch (error) {
    write({ id: request.id, error: error.message });
  }
});

io.httpServer.on("listening", () => console.log(`ready ${io.httpServer.address().port}`));
process.on("SIGTERM", () => io.close().then(() => process.exit(0)));
