/** The terminal client: `npm start -- --url http://localhost:3000 --room lobby --name ann`. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { io } from "socket.io-client";
import { ChatSession } from "../src/chat-session.js";
import { formatTyping, imageProblem, imageTypeOf, joinProblem, MAX_TEXT_LENGTH, transportsFor } from "../src/protocol.js";
import { HELP, parseLine } from "./commands.js";
import { formatMembers, formatMessage, printable } from "./format.js";
import { parseOptions, UsageError, USAGE } from "./options.js";
import { Terminal } from "./terminal.js";

const FIRST_JOIN_TIMEOUT_MS = 20_000;
const LAST_ACKS_TIMEOUT_MS = 15_000;
const EXIT_GRACE_MS = 2_000;

class Client {
  #options;
  #user = randomUUID();
  #terminal = new Terminal();
  #session;
  #members = [];
  #you = null;
  #transport = "";
  #state = "";
  #settled = () => {};
  #closedByServer = false;

  constructor(options) {
    this.#options = options;
  }

  /** Until the user quits or the input ends; fails if the server cannot be reached or refuses. */
  async run() {
    const { url, room, name, transport } = this.#options;
    const socket = io(url, { autoConnect: false, forceNew: true, transports: transportsFor(transport) });
    try {
      await this.#join(socket, { room, name, user: this.#user });
      this.#terminal.print(HELP);
      await this.#readLines();
      await this.#allSettled();
      if (this.#closedByServer) {
        throw new Error("the server has closed the connection");
      }
    } finally {
      this.#terminal.close();
      this.#session.close();
    }
  }

  #join(socket, request) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer from ${this.#options.url} within ${FIRST_JOIN_TIMEOUT_MS / 1_000} s`)),
        FIRST_JOIN_TIMEOUT_MS,
      );
      const settle = (action) => {
        clearTimeout(timer);
        action();
      };
      this.#session = new ChatSession(
        socket,
        this.#listener(
          () => settle(resolve),
          (error) => settle(() => reject(new Error(`cannot join: ${error}`))),
        ),
      );
      this.#session.join(request);
    });
  }

  #listener(onJoined, onRefused) {
    const print = (text) => this.#terminal.print(text);
    return {
      state: (state, detail) => this.#showState(state, detail),
      transport: (name) => {
        if (name && name !== this.#transport) {
          print(`* transport: ${name}`);
        }
        this.#transport = name;
      },
      joined: ({ you, room, again }) => {
        this.#you = you;
        print(`* ${again ? "joined again" : "joined"} ${printable(room)} as ${printable(you.name)}`);
        onJoined();
      },
      refused: (error) => {
        onRefused(error);
        if (this.#you) {
          print(`! cannot join: ${printable(error)}`);
        }
      },
      members: (members) => this.#showMembers(members),
      message: (message) => message.delivery !== "pending" && print(this.#format(message)),
      delivery: (message) => {
        print(this.#format(message));
        this.#settled();
      },
      typing: (names) => names.length > 0 && print(`~ ${formatTyping(names.map(printable))}`),
    };
  }

  #showState(state, detail) {
    if (state !== this.#state) {
      this.#terminal.print(`* ${state}${detail ? ` (${printable(detail)})` : ""}`);
      this.#state = state;
    }
    if (state === "disconnected") {
      this.#closedByServer = true;
      this.#terminal.close();
    }
  }

  #showMembers(members) {
    const ids = (list) => list.map((member) => member.id).sort().join();
    const changed = ids(members) !== ids(this.#members);
    this.#members = members;
    if (changed) {
      this.#terminal.print(formatMembers(members, this.#you));
    }
  }

  #format(message) {
    const to = this.#members.find((member) => member.id === message.to);
    return formatMessage(message, { toName: to?.id === this.#you?.id ? "you" : to?.name });
  }

  async #readLines() {
    const onKeystroke = (text) => (text && !text.startsWith("/") ? this.#session.typing() : this.#session.stopTyping());
    for await (const line of this.#terminal.lines(onKeystroke)) {
      const { name, argument } = parseLine(line);
      if (name === "quit") {
        return;
      }
      await this.#execute(name, argument);
    }
  }

  async #execute(name, argument) {
    const actions = {
      none: () => {},
      say: () => this.#say(argument),
      who: () => this.#terminal.print(formatMembers(this.#members, this.#you)),
      to: () => this.#sayTo(argument),
      image: () => this.#sendImage(argument),
      join: () => this.#moveTo(argument),
      help: () => this.#terminal.print(HELP),
      unknown: () => this.#terminal.print(`! unknown command ${printable(argument)}\n${HELP}`),
    };
    await actions[name]();
  }

  #say(text) {
    if (text.length > MAX_TEXT_LENGTH) {
      this.#terminal.print(`! a message has at most ${MAX_TEXT_LENGTH} characters`);
      return;
    }
    this.#session.sendText(text);
  }

  /** The name may have spaces: the longest that fits is meant. */
  #sayTo(argument) {
    const [member] = this.#members
      .filter(({ name }) => argument.startsWith(`${name} `))
      .sort((one, other) => other.name.length - one.name.length);
    if (!member) {
      this.#terminal.print("! /to needs the name of somebody who is here, and a text");
      return;
    }
    const text = argument.slice(member.name.length).trim();
    if (text.length > MAX_TEXT_LENGTH) {
      this.#terminal.print(`! a message has at most ${MAX_TEXT_LENGTH} characters`);
    } else if (text) {
      this.#session.sendDirect(member.id, text);
    }
  }

  async #sendImage(path) {
    const name = basename(path);
    const type = imageTypeOf(name);
    try {
      const data = await readFile(path);
      const problem = imageProblem({ name, type, size: data.length });
      if (problem) {
        this.#terminal.print(`! ${problem}`);
      } else {
        this.#session.sendImage({ name, type, data });
      }
    } catch (error) {
      this.#terminal.print(`! cannot read ${printable(path)}: ${error.code ?? error.message}`);
    }
  }

  #moveTo(room) {
    const request = { room, name: this.#options.name, user: this.#user };
    const problem = joinProblem(request);
    if (problem) {
      this.#terminal.print(`! ${problem}`);
    } else {
      this.#session.join(request);
    }
  }

  /** Waits until every message is confirmed or failed: input that is piped in would else lose its last lines. */
  async #allSettled() {
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error("messages remain unconfirmed")), LAST_ACKS_TIMEOUT_MS).unref();
    });
    while (this.#session.pendingCount > 0) {
      await Promise.race([late, new Promise((resolve) => (this.#settled = resolve))]);
    }
  }
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  await new Client(options).run();
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : `! ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref(); // A server that does not close its side must not keep us.
