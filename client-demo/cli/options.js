/** The arguments of the terminal client. */
import { parseArgs } from "node:util";
import { joinProblem, TRANSPORT_CHOICES } from "../src/protocol.js";

export const USAGE = `usage: npm start -- --url http://localhost:3000 --room lobby --name ann [--transport both]

  --url        address of the server (default: http://localhost:3000)
  --room       room to join (default: lobby)
  --name       your name in the room
  --transport  ${TRANSPORT_CHOICES.join(", ")} (default: both)
  --help       this text`;

/** Wrong arguments, with a text for the user. */
export class UsageError extends Error {}

/** @returns {{help: true} | {help: false, url: string, room: string, name: string, transport: string}} */
export function parseOptions(args) {
  const { url, room, name, transport, help } = parse(args);
  if (help) {
    return { help: true };
  }
  if (!TRANSPORT_CHOICES.includes(transport)) {
    throw new UsageError(`--transport: ${transport} (expected: ${TRANSPORT_CHOICES.join(", ")})`);
  }
  if (!name) {
    throw new UsageError("--name is missing");
  }
  const who = { room: room.trim(), name: name.trim() };
  const problem = joinProblem(who);
  if (problem) {
    throw new UsageError(problem);
  }
  return { help: false, url: originOf(url), ...who, transport };
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        url: { type: "string", default: "http://localhost:3000" },
        room: { type: "string", default: "lobby" },
        name: { type: "string" },
        transport: { type: "string", default: "both" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
}

/** Without the path: socket.io-client would take that for the name of a namespace. */
function originOf(url) {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!["http:", "https:"].includes(parsed?.protocol)) {
    throw new UsageError(`--url: ${url} (expected: an http or https address)`);
  }
  return parsed.origin;
}
