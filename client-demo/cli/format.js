/** What the terminal shows, as text. */
import { bytesOf, formatBytes, formatTime } from "../src/protocol.js";

/** Control characters of C0 and C1, which could move the cursor or recolour the terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Text of other people, safe to print on one line. */
export function printable(text) {
  return String(text).replace(CONTROL, " ");
}

/**
 * One line for a message; own ones end in their delivery mark.
 *
 * @param toName the name of the one whom it is for, if it is for one alone
 */
export function formatMessage(message, { timeZone, toName = "" } = {}) {
  const sender = message.own ? `${message.from.name} (you)` : message.from.name;
  const author = message.to ? `${sender} to ${toName}` : sender;
  const line = `[${formatTime(message.at, timeZone)}] ${printable(author)}: ${content(message)}`;
  if (message.delivery === "delivered") {
    return `${line} ✓`;
  }
  return message.delivery === "failed" ? `${line} ✗ ${printable(message.error)}` : line;
}

export function formatMembers(members, you) {
  const names = members.map((member) => printable(member.name) + (member.id === you?.id ? " (you)" : ""));
  return `* here now (${members.length}): ${names.join(", ")}`;
}

function content(message) {
  if (message.kind === "text") {
    return printable(message.text);
  }
  const { name, type, data } = message.image;
  return `sent an image: ${printable(name)} (${printable(type)}, ${formatBytes(bytesOf(data).byteLength)})`;
}
