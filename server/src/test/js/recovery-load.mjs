// Connection state recovery over the streams wire under load: three members behind HAProxy, unmodified clients in rooms
// of twelve, and a fourth member that sends numbers to the rooms all the time while --scenario happens: "kill,cut" is one
// after the other, "master+cut" both at once. The last line is `report <json>`: what clients got of what they should.
import { parseArgs } from "node:util";
import { HaProxy, Network } from "./haproxy.mjs";
import { duet, node } from "./members.mjs";
import { Client, Room } from "./recovery-clients.mjs";
import { StreamWitness } from "./stream-witness.mjs";

const ROOM_SIZE = 12;
const WAVE = 30;
const LIMIT_MS = 30_000;
const FREEZE_MS = 10_000;
const LOST_PER_SECOND = 5;
const MAX_FAULTS = 10;
/** In the log of a member of Duet's. */
const TROUBLE = /LEAK:|\] (ERROR|WARN) |^Exception in thread|OutOfMemoryError/;
const string = value => ({ type: "string", default: value });
const { values: settings } = parseArgs({
  options: {
    jar: { type: "string" },
    redis: { type: "string" },
    peer: string("duet"),
    scenario: string("kill"),
    clients: string("300"),
    rate: string("200"),
    // How many replicas must have what Duet's servers send.
    replicas: string("0"),
    // Seconds: how long connections are lost at random, and how long messages flow before and after what happens.
    "lose-for": string("15"),
    calm: string("3"),
  },
});
const OPTIONS = ["--redis", settings.redis, "--adapter", "streams", "--recovery", "--ping-interval", "2000", "--ping-timeout", "4000"];
if (settings.replicas !== "0") OPTIONS.push("--replicas", settings.replicas);
const CALM_MS = settings.calm * 1000;

const SCENARIOS = {
  /** Each member, one after the other, as a deployment does. */
  async restart() {
    for (const i of nodes.keys()) {
      await nodes[i].end("SIGTERM");
      nodes[i] = await start(nodes[i].name, "--port", new URL(nodes[i].url).port);
      await proxy.awaitUp();
      await all("back", client => client.settled);
    }
  },
  kill: () => nodes[0].end("SIGKILL"),
  async freeze() {
    await nodes[0].freeze();
    await pause(FREEZE_MS);
    nodes[0].thaw();
  },
  lag: () => witness.stopReplication(),
  /** That of Redis, which runs on this machine, under sentinels. */
  master: () => witness.killMaster(),
  /** Connections at random. */
  cut: () => lose(() => network.cut()),
  silence: () => lose(() => network.silence()),
};

const run = Date.now().toString(36);
const steps = settings.scenario.split(",").map(step => step.split("+"));
const includes = (...scenarios) => scenarios.some(scenario => steps.flat().includes(scenario));
const started = [];
const rooms = Array.from({ length: Math.ceil(settings.clients / ROOM_SIZE) }, (_, i) => new Room(`${run}-${i}`));
const [sender, ...nodes] = await Promise.all(["sender", "n1", "n2", "n3"].map(name => start(name)));
const proxy = await HaProxy.start(nodes);
const network = new Network(proxy.port);
const url = `http://127.0.0.1:${includes("cut", "silence") ? await network.listen() : proxy.port}`;
const witness = includes("master", "lag") && (await StreamWitness.start(settings.redis));
const clients = [];
while (clients.length < settings.clients) {
  const room = rooms[Math.floor(clients.length / ROOM_SIZE)];
  clients.push(new Client(`client-${clients.length}`, url, room));
  // Not all at once: their heartbeat is short.
  if (clients.length % WAVE === 0) await all("in their rooms", client => client.settled);
}
await all("in their rooms", client => client.settled);

const flow = startFlow(Number(settings.rate));
// Node knows no position of a client that has not got anything.
await all("reached", client => client.reached);
await pause(CALM_MS);
for (const step of steps) {
  await Promise.all(step.map(scenario => SCENARIOS[scenario]()));
  await pause(CALM_MS);
}
await eventually(() => clients.every(client => client.settled));
clearInterval(flow);
// The second is behind what comes again with the first.
for (let i = 0; i < 2; i++) {
  rooms.forEach(send);
  await eventually(() => clients.every(client => client.has(client.room.sent)));
}
console.log(`report ${JSON.stringify(await report())}`);
process.exit(0);

async function start(name, ...more) {
  const member = await (settings.peer === "duet" ? duet(settings.jar, name, "node", ...OPTIONS, ...more) : node(name, ...OPTIONS, ...more));
  started.push(member);
  return member;
}

async function lose(one) {
  const timer = setInterval(one, 1000 / LOST_PER_SECOND);
  await pause(settings["lose-for"] * 1000);
  clearInterval(timer);
}

/** Sends to one room after the other, so many a second altogether; the sender's refusals are counted. */
function startFlow(rate) {
  const begin = Date.now();
  let count = 0;
  return setInterval(() => {
    for (const due = ((Date.now() - begin) * rate) / 1000; count < due; count++) send(rooms[count % rooms.length]);
  }, 10);
}

function send(room) {
  const number = ++room.sent;
  sender.ask({ op: "emit", rooms: [room.name], args: ["n", number, room.name] }).catch(error => {
    console.error(`${room.name} ${number}: ${error.message}`);
    room.refused.add(number);
  });
}

async function report() {
  const absences = clients.flatMap(client => client.absences);
  const away = absences.map(absence => absence.millis).sort((a, b) => a - b);
  const faulty = clients.filter(client => client.missed.length + client.doubled.length + client.outOfOrder > 0);
  faulty.slice(0, MAX_FAULTS).forEach(client => console.error(client.describe()));
  const trouble = started.flatMap(member => member.log.filter(line => TROUBLE.test(line)).map(line => `${member.name}: ${line}`));
  trouble.forEach(line => console.error(line));
  return {
    sent: sum(rooms, room => room.sent),
    refused: sum(rooms, room => room.refused.size),
    expected: sum(clients, client => client.expected.length),
    missed: sum(clients, client => client.missed.length),
    doubled: sum(clients, client => client.doubled.length),
    outOfOrder: sum(clients, client => client.outOfOrder),
    faultyClients: faulty.length,
    // At the end.
    absent: clients.filter(client => !client.settled).length,
    withoutLast: clients.filter(client => !client.has(client.room.sent)).length,
    recovered: absences.filter(absence => absence.recovered).length,
    notRecovered: absences.filter(absence => !absence.recovered).length,
    reasons: count(absences.map(absence => absence.reason)),
    medianAbsence: away[away.length >> 1] ?? 0,
    longestAbsence: away.at(-1) ?? 0,
    lostConnections: network.lost,
    trouble: trouble.length,
    ...(witness && (await lostByRedis())),
  };
}

/** What clients missed, or got twice, although Redis held it, once. */
async function lostByRedis() {
  const { kept, lost, neverWritten, writtenAgain } = await witness.compare(rooms);
  const times = (client, number) => kept.get(`${client.room.name} ${number}`) ?? 0;
  return {
    lostByRedis: lost.length,
    neverWritten: neverWritten.length,
    writtenAgain: writtenAgain.length,
    missedThoughKept: sum(clients, client => client.missed.filter(number => times(client, number) > 0).length),
    doubledThoughOnce: sum(clients, client => client.doubled.filter(number => times(client, number) < 2).length),
  };
}

function count(values) {
  return Object.fromEntries([...new Set(values)].map(value => [value, values.filter(other => other === value).length]));
}

function sum(values, number) {
  return values.reduce((total, value) => total + number(value), 0);
}

async function all(what, holds) {
  if (!(await eventually(() => clients.every(holds)))) throw new Error(`not all clients are ${what} within ${LIMIT_MS} ms`);
}

/** Whether it comes to be so in time. */
async function eventually(holds) {
  const deadline = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

function pause(ms) {
  return new Promise(resolve => setTimeout(resolve, ms));
}
