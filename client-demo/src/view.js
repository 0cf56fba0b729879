/**
 * Everything that touches the page's chat elements. Text from other people goes through `textContent` only.
 */
import { avatar, byId, element, nodeChip, setText, testElement } from "./elements.js";
import { ACCEPTED_IMAGE_TYPES, bytesOf, formatBytes, formatTime, formatTyping } from "./protocol.js";

/** Old messages leave the page, and their images the memory, beyond this number. */
const MAX_MESSAGES = 500;
const NEAR_BOTTOM_PX = 80;

const STATE_LABEL = Object.freeze({
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Reconnecting…",
  disconnected: "Not connected",
});

const ACK = Object.freeze({
  pending: { mark: "…", label: "Sending" },
  delivered: { mark: "✓", label: "Delivered" },
  failed: { mark: "!", label: "Not delivered" },
});

const items = new WeakMap();

/** Whether the reader is at the end of the log, and wants to stay there when it grows or shrinks. */
let following = true;

export function showState(state, detail) {
  const node = byId("state");
  node.textContent = STATE_LABEL[state];
  node.dataset.state = state;
  node.title = detail;
}

export function showTransport(name) {
  const node = byId("transport");
  node.textContent = name;
  node.hidden = name === "";
}

/** The line that tells of a lost connection; no text hides it. */
export function showBanner(text, withButton = false) {
  byId("banner").hidden = text === "";
  setText(byId("banner-text"), text);
  byId("reconnect-button").hidden = !withButton;
}

export function showJoinForm(error = "") {
  byId("chat-view").hidden = true;
  byId("join-view").hidden = false;
  byId("join-button").disabled = false;
  byId("join-error").textContent = error;
  document.title = "Duet chat";
}

/** A problem that may pass; another attempt to join is allowed. */
export function showJoinProblem(text) {
  setText(byId("join-error"), text);
  byId("join-button").disabled = false;
}

export function showRoom(room) {
  byId("join-view").hidden = true;
  byId("chat-view").hidden = false;
  byId("room-title").textContent = room;
  document.title = `${room} – Duet chat`;
}

export function clearRoom() {
  byId("messages").querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  byId("messages").replaceChildren();
  following = true;
  byId("composer-error").textContent = "";
  byId("text").value = "";
  showBanner("");
  showTyping([]);
}

/** @param onChosen called with a member, other than you, who is to be written to alone */
export function showMembers(members, you, onChosen) {
  byId("member-count").textContent = String(members.length);
  byId("members").replaceChildren(...members.map((member) => memberItem(member, member.id === you?.id, onChosen)));
}

function memberItem(member, isYou, onChosen) {
  const item = testElement("li", "member");
  item.dataset.id = member.id;
  item.append(avatar(member.name), testElement("span", "member-name", member.name));
  const nodes = element("span", "member-nodes");
  nodes.append(...member.nodes.map(nodeChip));
  item.append(nodes);
  if (isYou) {
    item.append(element("span", "you", "you"));
  } else {
    const button = testElement("button", "write-to", "Write");
    button.type = "button";
    button.setAttribute("aria-label", `Write to ${member.name} alone`);
    button.addEventListener("click", () => onChosen(member));
    item.append(button);
  }
  return item;
}

/** Whom messages go to alone, or null. */
export function showPartner(member) {
  byId("partner").hidden = member === null;
  byId("partner-name").textContent = member?.name ?? "";
}

export function showTyping(names) {
  byId("typing").textContent = formatTyping(names);
}

export function showComposerError(text) {
  byId("composer-error").textContent = text;
}

/** A line of the page itself, such as "Connected again". */
export function showNotice(text) {
  append(testElement("li", "notice", text));
}

/**
 * @param toName the name of the one whom it is for, if it is for one alone
 * @param via the node from which it came, if that is not this page's
 */
export function showMessage(message, toName, via) {
  const item = testElement("li", "message");
  item.classList.toggle("own", message.own);
  item.dataset.kind = message.kind;
  item.dataset.own = String(message.own);

  const head = element("div", "head");
  const time = element("time", "time");
  head.append(testElement("span", "author", message.own ? "You" : message.from.name));
  if (message.to) {
    head.append(testElement("span", "direct", `to ${toName}`));
  }
  head.append(time);
  if (via) {
    head.append(nodeChip(via));
  }

  const bubble = element("div", "bubble");
  bubble.append(message.kind === "image" ? picture(message) : testElement("p", "text", message.text));

  item.append(avatar(message.from.name), head, bubble);
  if (message.own) {
    const ack = testElement("span", "ack");
    ack.setAttribute("role", "img");
    head.append(ack);
  }
  items.set(message, item);
  showDelivery(message);
  append(item);
}

export function showDelivery(message) {
  const item = items.get(message);
  const time = item.querySelector("time");
  time.dateTime = message.at;
  time.textContent = formatTime(message.at);
  if (!message.own) {
    return;
  }
  const { mark, label } = ACK[message.delivery];
  const text = message.error ? `${label}: ${message.error}` : label;
  const ack = item.querySelector(".ack");
  ack.textContent = mark;
  ack.dataset.state = message.delivery;
  ack.title = text;
  ack.setAttribute("aria-label", text);
  item.querySelector(".failure")?.remove();
  if (message.delivery === "failed") {
    item.append(testElement("p", "failure", text));
  }
}

function picture({ image }) {
  const bytes = bytesOf(image.data);
  const caption = `${image.name}, ${formatBytes(bytes.byteLength)}`;
  if (!ACCEPTED_IMAGE_TYPES.includes(image.type) || bytes.byteLength === 0) {
    return testElement("p", "text", `A file that cannot be shown: ${caption}`);
  }
  const figure = element("figure", "figure");
  const node = testElement("img", "image");
  node.alt = image.name;
  node.src = URL.createObjectURL(new Blob([bytes], { type: image.type }));
  figure.append(node, testElement("figcaption", "image-caption", caption));
  return figure;
}

function append(item) {
  const list = byId("messages");
  list.append(item);
  while (list.children.length > MAX_MESSAGES) {
    list.firstElementChild.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.firstElementChild.remove();
  }
  follow();
}

function follow() {
  const log = byId("log");
  if (following) {
    log.scrollTop = log.scrollHeight;
  }
}

/** Keeps the end of the log in sight, as long as the reader does not scroll away from it. */
export function watchLog() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_BOTTOM_PX;
  });
  const observer = new ResizeObserver(follow);
  observer.observe(log);
  observer.observe(byId("messages"));
}
