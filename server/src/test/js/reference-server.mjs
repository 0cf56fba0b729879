// Node's server with the handlers of the kit; another server that is to be checked offers the same handlers.
import { parseArgs } from "node:util";
import { Server } from "socket.io";
import msgpack from "socket.io-msgpack-parser";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    parser: { type: "string", default: "json" },
    eio3: { type: "boolean", default: false },
    recovery: { type: "boolean", default: false },
    "ping-interval": { type: "string", default: "25000" },
    "ping-timeout": { type: "string", default: "20000" },
  },
});

const io = new Server({
  ...(values.parser === "msgpack" && { parser: msgpack }),
  ...(values.recovery && { connectionStateRecovery: {} }),
  allowEIO3: values.eio3,
  pingInterval: Number(values["ping-interval"]),
  pingTimeout: Number(values["ping-timeout"]),
});
io.on("connection", serve);
io.of("/custom")
  .use(({ handshake }, next) => next("refuse" in handshake.auth ? refusal(handshake.auth.refuse) : undefined))
  .on("connection", serve);
io.listen(Number(values.port));
io.httpServer.on("listening", () => console.log(`ready ${io.httpServer.address().port}`));

function refusal(data) {
  return Object.assign(new Error("refused"), { data });
}

function serve(socket) {
  let numbers = [];

  socket.emit("auth", socket.handshake.auth);

  socket.on("message", (...args) => socket.emit("message-back", ...args));

  socket.on("message-with-ack", (...args) => args.pop()(...args));

  socket.on("ask", (...args) => {
    socket.timeout(5000).emit("question", ...args, (error, ...answer) => {
      if (!error) socket.emit("answer", ...answer);
    });
  });

  socket.on("burst", count => {
    for (let i = 0; i < count; i++) socket.emit("number", i);
  });

  socket.on("feed", (id, count, first, ack) => {
    for (let i = first; i < first + count; i++) socket.nsp.to(id).emit("number", i);
    ack();
  });

  socket.on("number", i => numbers.push(i));

  socket.on("done", count => {
    const wrong = numbers.findIndex((number, i) => number !== i);
    if (numbers.length === count && wrong < 0) {
      socket.emit("numbers-ok", count);
    } else {
      socket.emit("numbers-bad", `${numbers.length} of ${count}, first wrong at ${wrong}: ${numbers[wrong]}`);
    }
    numbers = [];
  });

  socket.on("disconnect-me", close => socket.disconnect(close));

  socket.on("watch", ack => {
    socket.join("watchers");
    ack();
  });

  socket.on("disconnect", reason => socket.nsp.to("watchers").emit("gone", socket.id, reason));
}
