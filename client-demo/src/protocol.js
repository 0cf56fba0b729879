/**
 * The event protocol of the chat room, shared by the page and the terminal client. Pure: no DOM, no Node API.
 */

export const EVENT = Object.freeze({
  JOIN: "join",
  CHAT: "chat",
  TYPING: "typing",
  IMAGE: "image",
  MEMBERS: "members",
  DIRECT: "direct",
  PULSE: "pulse",
  PROBE: "probe",
});

/**
 * An image stays below the server's default payload limit of 1 MB also as base64, which HTTP long-polling uses and
 * which makes it a third longer.
 */
export const MAX_IMAGE_BYTES = 700_000;
export const MAX_TEXT_LENGTH = 2_000;
export const MAX_NAME_LENGTH = 40;
export const MAX_ROOM_LENGTH = 60;

/** Raster formats only: an SVG opened in its own tab would be a document with scripts. */
const IMAGE_TYPES = Object.freeze({
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
});

const TRANSPORTS = Object.freeze({
  both: Object.freeze(["polling", "websocket"]),
  polling: Object.freeze(["polling"]),
  websocket: Object.freeze(["websocket"]),
});

export const TRANSPORT_CHOICES = Object.freeze(Object.keys(TRANSPORTS));
export const ACCEPTED_IMAGE_TYPES = Object.freeze([...new Set(Object.values(IMAGE_TYPES))]);

/** The socket.io-client `transports` option for a choice of {@link TRANSPORT_CHOICES}; throws on any other. */
export function transportsFor(choice) {
  if (!Object.hasOwn(TRANSPORTS, choice)) {
    throw new RangeError(`transport: ${choice} (expected: ${TRANSPORT_CHOICES.join(", ")})`);
  }
  return [...TRANSPORTS[choice]];
}

/** The image type for a file name, or "" if it is not one we send. */
export function imageTypeOf(fileName) {
  const extension = fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(IMAGE_TYPES, extension) ? IMAGE_TYPES[extension] : "";
}

/** Why this image cannot be sent, as text for the user, or "" if it can. */
export function imageProblem({ name, type, size }) {
  if (!ACCEPTED_IMAGE_TYPES.includes(type)) {
    return `“${name}” is not a PNG, JPEG, GIF or WebP image.`;
  }
  if (size === 0) {
    return `“${name}” is empty.`;
  }
  if (size > MAX_IMAGE_BYTES) {
    return `“${name}” is too large: ${formatBytes(size)}, at most ${formatBytes(MAX_IMAGE_BYTES)}.`;
  }
  return "";
}

/** Why this room and name cannot be joined, as text for the user, or "" if they can. */
export function joinProblem({ room, name }) {
  if (!room) {
    return "Please enter a room.";
  }
  if (!name) {
    return "Please enter your name.";
  }
  if (room.length > MAX_ROOM_LENGTH) {
    return `The room has more than ${MAX_ROOM_LENGTH} characters.`;
  }
  if (name.length > MAX_NAME_LENGTH) {
    return `Your name has more than ${MAX_NAME_LENGTH} characters.`;
  }
  return "";
}

/** A received attachment (ArrayBuffer in a browser, Buffer in Node) as bytes; empty if it is neither. */
export function bytesOf(data) {
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return new Uint8Array(0);
}

export function formatBytes(bytes) {
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
}

/** Hours and minutes of an ISO-8601 instant, in local time unless told; "--:--" if it is none. */
export function formatTime(at, timeZone) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    return "--:--";
  }
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(date);
}

export function formatTyping(names) {
  if (names.length === 0) {
    return "";
  }
  if (names.length === 1) {
    return `${names[0]} is typing…`;
  }
  if (names.length === 2) {
    return `${names[0]} and ${names[1]} are typing…`;
  }
  return `${names[0]} and ${names.length - 1} others are typing…`;
}
