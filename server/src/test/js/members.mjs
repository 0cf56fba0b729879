// Processes that are driven by JSON lines: Duet's fixtures and their counterpart in Node.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { within } from "./lib.mjs";

/** Longer than any operation may take: a node that does not answer is a fault. */
const LIMIT_MS = 10_000;

/** What they print without being asked is an event of theirs. */
class Member extends EventEmitter {
  #process;
  #answers = new Map();
  #ids = 0;
  log = [];

  constructor(name, command, args) {
    super();
    this.name = name;
    this.#process = spawn(command, args);
    createInterface({ input: this.#process.stderr }).on("line", line => this.log.push(line));
    createInterface({ input: this.#process.stdout }).on("line", line => this.#onLine(line));
    // What is asked of one that is gone has no answer, which is told.
    this.#process.stdin.on("error", () => {});
    process.on("exit", () => this.#process.kill("SIGKILL"));
  }

  #onLine(line) {
    if (line.startsWith("ready ")) {
      this.url = `http://127.0.0.1:${line.slice(6)}`;
      this.emit("ready", this);
      return;
    }
    const message = JSON.parse(line);
    if ("event" in message) this.emit(message.event, message);
    else {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    }
  }

  /** The result of an operation. */
  async ask(request) {
    const answer = await within(LIMIT_MS, `answer to ${request.op} by ${this.name}`, done => {
      const id = ++this.#ids;
      this.#answers.set(id, done);
      this.#process.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
    if (answer.error) throw new Error(answer.error);
    return answer.result;
  }

  signal(name) {
    this.#process.kill(name);
  }

  /** Resolves when it does nothing any more: `kill` returns before the last thread has stopped, in time to answer a question. */
  async freeze() {
    this.signal("SIGSTOP");
    const tasks = `/proc/${this.#process.pid}/task`;
    // The state is behind the name in brackets (proc(5)); a thread may end while this looks.
    const stopped = async task => /.*\) T/s.test(await readFile(`${tasks}/${task}/stat`, "utf8").catch(() => ""));
    while (!(await Promise.all((await readdir(tasks)).map(stopped))).every(Boolean));
  }

  thaw() {
    this.signal("SIGCONT");
  }

  /** Resolves when the process is gone. */
  end(name) {
    return within(LIMIT_MS, `end of ${this.name}`, done => {
      this.#process.once("exit", done);
      this.signal(name);
    });
  }
}

function started(member) {
  return within(30_000, `ready of ${member.name}`, ready => member.once("ready", ready)).catch(error => {
    throw new Error(`${error.message}: ${member.log.join(" | ")}`);
  });
}

/** A fixture of Duet's. */
export function duet(jar, name, fixture, ...args) {
  const [jvm, own] = [true, false].map(yes => args.filter(arg => arg.startsWith("-XX:") === yes));
  // The archive is made by the first test that starts a server from Java; without it the JVM does as before.
  const fast = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", `-XX:SharedArchiveFile=${jar.replace(/\.jar$/, ".jsa")}`, "-Xlog:cds=off,cds+dynamic=off"];
  return started(new Member(name, "java", ["-Xmx96m", "-ea", ...fast, ...jvm, "-jar", jar, fixture, ...own]));
}

/** The counterpart of the fixture `node`. */
export function node(name, ...args) {
  return started(new Member(name, "node", ["cluster-member.mjs", ...args]));
}

const LINES = 30;

/** Fails if one of these members has logged what an operator would have to look at; tells it, and what followed. */
export function silent(members) {
  for (const { name, log } of members) {
    const first = log.findIndex(line => /WARN|ERROR|Exception/.test(line));
    if (first >= 0) throw new Error(`${name}: ${log.slice(first, first + LINES).join(" | ")}`);
  }
}
