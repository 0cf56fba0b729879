// Talks to the program in java/io/duet/it/DemoProgram.java, which is written for netty-socketio and runs on Duet.
import { Tap, ask, connect, exchange, next, options, same, settled, within } from "./lib.mjs";

const settings = options();
const legacy = settings.client === "2";
const tap = new Tap(`netty-socketio client ${settings.client} ${settings.transport}`, Number(settings.limit));

const socket = await settled(settings);
const other = await settled(settings);

await tap.check("connect listeners have run, each socket has its own id", async () => {
  const [mine] = await ask(socket, "whoami");
  const [theirs] = await ask(other, "whoami");
  if (mine.id === theirs.id) throw new Error(`both are ${mine.id}`);
  same([mine.resolved, mine.open, mine.eio, mine.token], [true, true, legacy ? "V3" : "V4", "from-listener"]);
  same(mine.transport, settings.transport === "polling" ? "POLLING" : "WEBSOCKET");
});

await tap.check("a chat object reaches everybody", async () => {
  const message = { userName: "anna", message: "h\u00e9llo \ud83d\ude00", tags: null };
  const received = Promise.all([next(socket, "chatevent"), next(other, "chatevent")]);
  socket.emit("chatevent", message);
  same(await received, [[message], [message]]);
});

await tap.check("a listener answers with several values", async () => {
  same(await ask(socket, "ackevent1", { userName: "anna", message: "m" }), ["delivered: m", "yeah!"]);
});

await tap.check("the server asks: one value, several of different classes, none", async () => {
  socket.once("ask-one", (question, answer) => answer(`${question}!`));
  same(await exchange(socket, "question-one", ["who"], "answer-one"), ["who!"]);
  socket.once("ask-many", answer => answer("text", { userName: "bert", message: null }, 7));
  same(await exchange(socket, "question-many", [], "answer-many"), ["text", "bert", 7]);
  socket.once("ask-void", answer => answer());
  same(await exchange(socket, "question-void", [], "answer-void"), []);
});

await tap.check("a client that does not answer times out", async () => {
  same(await exchange(socket, "question-ignored", [], "answer-late"), []);
});

await tap.check("an answer comes later when the listener wants", async () => {
  same(await ask(socket, "answered-later"), ["later"]);
});

await tap.check("binary: alone, beginning with any byte, nested, in acks", async () => {
  for (const bytes of [[1, 2, 3], [0, 255, 58], [49, 50, 58, 52]]) {
    const sent = Buffer.from(bytes);
    same(await exchange(socket, "bytes", [sent], "bytes-back"), [sent, { inner: [sent] }]);
  }
  const file = { name: "f", content: Buffer.from([9, 8]), parts: [Buffer.from([7])] };
  same(await ask(socket, "file", file), [file]);
});

await tap.check("a broadcast with binary is whole for every receiver", async () => {
  const received = Promise.all([next(socket, "blob"), next(other, "blob")]);
  const blob = Buffer.from([4, 0, 1]);
  socket.emit("blob", blob);
  same(await received, [[blob], [blob]]);
});

await tap.check("nulls, more arguments than declared and undeclared ones arrive", async () => {
  same(await ask(socket, "anything", { a: null }, "two", [3, null]), [{ a: null }, "two", [3, null]]);
  same(await ask(socket, "one-declared", "x", "y"), ["x"]);
  same(await ask(socket, "pair", "x", 5, true), ["x", 5, true]);
});

await tap.check("annotated listeners", async () => {
  same(await ask(socket, "annotated", "text", 3), ["text", 3, "anna"]);
});

await tap.check("rooms: one copy for members of several, none for the excluded", async () => {
  await ask(socket, "join", ["red", "blue"]);
  same(await ask(other, "join", ["red", "blue"]), ["blue", "red"]);
  const got = [];
  other.on("said", text => got.push(text));
  socket.on("said", text => got.push(`sender got ${text}`));
  socket.emit("say", { rooms: ["red", "blue"], text: "once" });
  socket.emit("say", { rooms: [], text: "nobody" });
  socket.emit("say", { rooms: ["green"], text: "nobody" });
  await ask(socket, "leave", "red");
  same(await exchange(other, "say-to-all", ["end"], "said-to-all"), ["end"]);
  same(got, ["once"]);
});

await tap.check("a broadcast with acks: who answers, who does not, all", async () => {
  socket.on("poll", (question, answer) => answer(`${question} a`));
  other.on("poll", (question, answer) => question !== "some" && answer(`${question} b`));
  same(await exchange(socket, "poll-all", ["all"], "polled"), [["all a", "all b"], 0, true]);
  same(await exchange(socket, "poll-all", ["some"], "polled"), [["some a"], 1, false]);
});

await tap.check("a namespace of its own: listeners, id, store, broadcasts", async () => {
  const chat = connect(settings, { nsp: "/chat1" });
  await next(chat, "connect");
  const [there] = await ask(chat, "whoami");
  const [here] = await ask(socket, "whoami");
  if (there.id === here.id) throw new Error("same id in both namespaces");
  same(await exchange(chat, "message", ["hi"], "message"), ["hi"]);
  chat.close();
});

if (!legacy) {
  await tap.check("an auth token listener refuses, with a message, with data, and without any token", async () => {
    const refused = async auth => {
      const secret = connect(settings, { nsp: "/secret", auth });
      const [error] = await next(secret, "connect_error");
      secret.close();
      return [error.message, error.data];
    };
    same(await refused({ token: "wrong" }), ["wrong token", undefined]);
    same(await refused({ token: "expired" }), ["expired", { code: 7 }]);
    same(await refused(undefined), ["no token", undefined]);
  });

  await tap.check("an auth token lets in, and is the one of that namespace", async () => {
    const secret = connect(settings, { nsp: "/secret", auth: { token: "right" } });
    await next(secret, "connect");
    same(await ask(secret, "token"), [{ token: "right" }, "kept"]);
    secret.close();
  });
}

await tap.check("an unknown namespace is refused", async () => {
  const nowhere = connect(settings, { nsp: "/nowhere" });
  const [error] = await next(nowhere, legacy ? "error" : "connect_error");
  same(legacy ? error : error.message, "Invalid namespace");
  nowhere.close();
});

await tap.check("an authorization listener refuses the handshake", async () => {
  const stranger = connect(settings, { query: { stranger: "1" }, reconnection: false });
  await next(stranger, "connect_error");
  stranger.close();
});

await tap.check("a listener that fails leaves the connection alone", async () => {
  socket.emit("fails");
  socket.emit("number", "no number");
  same(await ask(socket, "failures"), [2]);
});

await tap.check("a disconnected client leaves at once and gets nothing more", async () => {
  const late = within(10_000, "end", done => {
    other.once("disconnect", reason => done(reason));
    other.once("too-late", () => done("got an event"));
  });
  other.emit("kick-me");
  same(await late, "io server disconnect");
  same(await ask(socket, "gone"), [["blue", "red"], false]);
});

tap.end();
