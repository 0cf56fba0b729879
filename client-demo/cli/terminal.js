/** Lines in and out; keeps a half-typed line intact on a TTY, and works the same when lines are piped in. */
import { createInterface } from "node:readline";

export class Terminal {
  #readline;
  #isTty = Boolean(process.stdin.isTTY && process.stdout.isTTY);

  print(text) {
    if (this.#readline && this.#isTty) {
      process.stdout.write(`\r\u001b[K${text}\n`);
      this.#readline.prompt(true);
    } else {
      process.stdout.write(`${text}\n`);
    }
  }

  /**
   * Lines as they are entered, to be called once there is someone to take them: until then, stdin stays unread.
   *
   * @param onKeystroke called on a TTY for every key, with the text entered so far
   */
  async *lines(onKeystroke) {
    this.#readline = createInterface({ input: process.stdin, output: this.#isTty ? process.stdout : undefined });
    this.#readline.on("SIGINT", () => this.close());
    if (this.#isTty) {
      process.stdin.on("keypress", () => onKeystroke(this.#readline.line));
      this.#readline.prompt();
    }
    for await (const line of this.#readline) {
      yield line;
      if (this.#isTty) {
        this.#readline.prompt();
      }
    }
  }

  close() {
    this.#readline?.close();
  }
}
