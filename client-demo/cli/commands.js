/** What a typed line means. */

export const HELP = "* /who  /to <name> <text>  /image <path>  /join <room>  /quit  /help; anything else is sent to the room";

/** @returns {{name: "none"|"say"|"who"|"to"|"image"|"join"|"quit"|"help"|"unknown", argument: string}} */
export function parseLine(line) {
  const text = line.trim();
  if (text === "") {
    return { name: "none", argument: "" };
  }
  if (!text.startsWith("/")) {
    return { name: "say", argument: text };
  }
  const [, word, argument] = /^\/(\S*)\s*(.*)$/su.exec(text);
  const known = ["who", "to", "image", "join", "quit", "help"].includes(word);
  return known ? { name: word, argument } : { name: "unknown", argument: `/${word}` };
}
