/**
 * One user in one room over one Socket.IO socket: joins, joins again after a reconnect, and turns acks and broadcasts
 * into messages that appear exactly once. Used by the page and by the terminal client.
 */
import { EVENT } from "./protocol.js";
import { TypingList, TypingSender } from "./typing.js";

const ACK_TIMEOUT_MS = 10_000;
const MAX_QUEUED = 50;
const MAX_REMEMBERED_IDS = 1_000;

/**
 * @typedef {{id: string, name: string, nodes: string[]}} Member a user, and the nodes its sockets are on: all sockets with the same user id are one
 * @typedef {{kind: "text"|"image", own: boolean, from: Member, to?: string, at: string, node?: string, text?: string,
 *   image?: {name: string, type: string, data: ArrayBuffer|ArrayBufferView},
 *   delivery: "received"|"pending"|"delivered"|"failed", error?: string}} Message
 * @typedef {object} Listener
 * @property {(state: "connecting"|"connected"|"reconnecting"|"disconnected", detail: string) => void} state
 * @property {(name: string) => void} transport name of the transport in use, "" while there is none
 * @property {(joined: {you: Member, node: string, room: string, again: boolean, caughtUp: number|null}) => void} joined `caughtUp`: how many
 *   messages were sent meanwhile and have come now; null if the server has not recovered the connection
 * @property {(error: string) => void} refused the server (or a timeout) refused the join
 * @property {(members: Member[]) => void} members
 * @property {(message: Message) => void} message a new message, own ones included
 * @property {(message: Message) => void} delivery an own message whose `delivery` has changed
 * @property {(names: string[]) => void} typing
 */
export class ChatSession {
  #socket;
  #listener;
  #wanted = null;
  #you = null;
  #ownId = "";
  #connectedBefore = false;
  #caughtUp = 0;
  #joinedBefore = false;
  #queue = [];
  #pending = new Set();
  #unconfirmed = [];
  #earlyCopies = new Map();
  #shownIds = new Set();
  #managerHandlers = new Map([
    ["open", () => this.#watchTransport(this.#socket.io.engine)],
    ["reconnect_attempt", (attempt) => this.#listener.state(this.#retryState(), `attempt ${attempt}`)],
  ]);
  #typingSender = new TypingSender((typing) => this.#you && this.#socket.emit(EVENT.TYPING, typing));
  #typingList = new TypingList((names) => this.#listener.typing(names));

  /**
   * @param socket a socket.io-client socket made with `autoConnect: false`; the session owns it from here on
   * @param {Listener} listener
   */
  constructor(socket, listener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#watchConnection();
    this.#watchRoom();
  }

  /** Number of own messages that are neither confirmed nor failed. */
  get pendingCount() {
    return this.#pending.size;
  }

  /** Joins the room as this user, connecting first if needed. Also moves to another room: the server leaves the first. */
  join({ room, name, user }) {
    this.#wanted = { room, name, user };
    this.#joinedBefore = false;
    if (this.#socket.connected) {
      this.#join();
    } else {
      this.reconnect();
    }
  }

  /** Connects after the server has closed the connection, which the client does not do by itself. */
  reconnect() {
    this.#listener.state("connecting", "");
    this.#socket.connect();
  }

  /** Ends the connection below the socket, as a network would: the client comes back by itself. */
  breakConnection() {
    this.#socket.io.engine.close();
  }

  /** Shows the message as pending and sends it, after the next join if there is no connection now. */
  sendText(text) {
    this.#typingSender.stop();
    this.#send({ kind: "text", text }, EVENT.CHAT, text);
  }

  /** Sends to one user alone, wherever that user is. @param {string} to the id of a member */
  sendDirect(to, text) {
    this.#typingSender.stop();
    this.#send({ kind: "text", text, to }, EVENT.DIRECT, { to, text });
  }

  /** @param {{name: string, type: string, data: ArrayBuffer|Uint8Array}} image */
  sendImage(image) {
    this.#send({ kind: "image", image }, EVENT.IMAGE, image);
  }

  typing() {
    this.#typingSender.touch();
  }

  stopTyping() {
    this.#typingSender.stop();
  }

  /** Leaves: the session cannot be used afterwards, and its listener hears no more. */
  close() {
    this.#typingSender.reset();
    this.#typingList.retain(new Set());
    this.#socket.off();
    this.#managerHandlers.forEach((handler, event) => this.#socket.io.off(event, handler));
    this.#socket.disconnect();
  }

  #watchConnection() {
    const socket = this.#socket;
    this.#managerHandlers.forEach((handler, event) => socket.io.on(event, handler));
    socket.on("connect", () => {
      this.#connectedBefore = true;
      this.#listener.state("connected", "");
      this.#join();
    });
    socket.on("connect_error", (error) => this.#onConnectionLost(error.message));
    socket.on("disconnect", (reason) => {
      this.#listener.transport("");
      this.#onConnectionLost(reason);
    });
  }

  #watchTransport(engine) {
    this.#listener.transport(engine.transport.name);
    engine.on("upgrade", (transport) => this.#listener.transport(transport.name));
  }

  #onConnectionLost(reason) {
    this.#you = null;
    this.#caughtUp = 0;
    this.#typingSender.reset();
    this.#typingList.retain(new Set());
    if (this.#socket.active) {
      this.#listener.state(this.#retryState(), reason);
      return;
    }
    // The peer closed or refused this socket on purpose: the client will not try again.
    this.#listener.state("disconnected", reason);
    this.#queue.splice(0).forEach(({ message }) => this.#settle(message, new Error(reason)));
  }

  #retryState() {
    return this.#connectedBefore ? "reconnecting" : "connecting";
  }

  #watchRoom() {
    const socket = this.#socket;
    socket.on(EVENT.CHAT, ({ id, from, text, at, node }) => {
      this.#receive(id, { kind: "text", from, text: String(text), at, node });
    });
    socket.on(EVENT.DIRECT, ({ id, from, to, text, at, node }) => {
      this.#receive(id, { kind: "text", from, to, text: String(text), at, node });
    });
    socket.on(EVENT.IMAGE, ({ id, from, name, type, data, at, node }) => {
      this.#receive(id, { kind: "image", from, image: { name: String(name), type: String(type), data }, at, node });
    });
    socket.on(EVENT.TYPING, ({ id, name, typing }) => {
      if (typing) {
        this.#typingList.set(id, name);
      } else {
        this.#typingList.delete(id);
      }
    });
    socket.on(EVENT.MEMBERS, (members) => this.#setMembers(members));
  }

  #setMembers(members) {
    this.#typingList.retain(new Set(members.map((member) => member.id)));
    this.#listener.members(members);
  }

  #join() {
    const wanted = this.#wanted;
    this.#socket.timeout(ACK_TIMEOUT_MS).emit(EVENT.JOIN, wanted, (error, ack) => {
      if (this.#wanted !== wanted || (error && !this.#socket.connected)) {
        return; // Another join has replaced this one, or a reconnect will.
      }
      if (error || !ack?.ok) {
        this.#listener.refused(error ? "The server did not answer." : (ack?.error ?? "The server refused."));
        return;
      }
      this.#you = ack.you;
      this.#ownId = ack.you.id;
      const { you, node } = ack;
      const caughtUp = this.#socket.recovered ? this.#caughtUp : null;
      this.#listener.joined({ you, node, room: wanted.room, again: this.#joinedBefore, caughtUp });
      this.#joinedBefore = true;
      this.#setMembers(ack.members);
      this.#queue.splice(0).forEach(({ emit }) => emit());
    });
  }

  #send(content, event, payload) {
    const from = this.#you ?? { id: "", name: this.#wanted?.name ?? "" };
    const message = { ...content, own: true, from, at: new Date().toISOString(), delivery: "pending" };
    this.#pending.add(message);
    this.#listener.message(message);
    const emit = () => {
      this.#socket.timeout(ACK_TIMEOUT_MS).emit(event, payload, (error, ack) => this.#settle(message, error, ack));
    };
    if (this.#you) {
      emit();
    } else if (this.#socket.active && this.#queue.length < MAX_QUEUED) {
      this.#queue.push({ message, emit }); // Sent before the join, the server would not know the room.
    } else {
      this.#settle(message, new Error("not connected"));
    }
  }

  #settle(message, error, ack) {
    this.#pending.delete(message);
    const copy = this.#takeEarlyCopy(message, error ? undefined : ack?.id);
    if (!error && ack?.ok) {
      this.#remember(ack.id);
      message.delivery = "delivered";
      message.at = ack.at ?? message.at;
    } else if (error && copy) {
      message.delivery = "delivered"; // The connection broke between the copy and the ack.
      message.at = copy.at;
    } else {
      message.delivery = "failed";
      message.error = error ? "not confirmed by the server" : (ack?.error ?? "refused by the server");
      if (error) {
        this.#unconfirmed = [...this.#unconfirmed.slice(1 - MAX_QUEUED), message];
      }
    }
    this.#listener.delivery(message);
    if (this.#pending.size === 0) {
      this.#showUnclaimedCopies();
    }
  }

  /** The copy of an own message that came before its ack: by id, or by content if there is no ack. */
  #takeEarlyCopy(message, id) {
    const found = id ?? [...this.#earlyCopies].find(([, copy]) => sameContent(copy, message))?.[0];
    const copy = this.#earlyCopies.get(found);
    if (copy) {
      this.#earlyCopies.delete(found);
      this.#remember(found);
    }
    return copy;
  }

  #receive(id, content) {
    if (this.#shownIds.has(id)) {
      return;
    }
    this.#typingList.delete(content.from.id);
    const own = content.from.id === this.#ownId;
    const message = { ...content, own, delivery: own ? "delivered" : "received" };
    if (own && this.#pending.size > 0) {
      this.#earlyCopies.set(id, message); // Ahead of its ack, which alone tells to which message it belongs.
    } else {
      this.#show(id, message);
    }
  }

  #show(id, message) {
    const sent = message.own ? this.#unconfirmed.findIndex((each) => sameContent(each, message)) : -1;
    this.#remember(id);
    if (sent >= 0) {
      // Given up when the connection broke, but the server had it, and its copy comes by recovery.
      const [found] = this.#unconfirmed.splice(sent, 1);
      Object.assign(found, { delivery: "delivered", at: message.at, error: undefined });
      this.#listener.delivery(found);
      return;
    }
    if (this.#you === null) {
      this.#caughtUp += 1; // It was said before the room is joined again: a server that recovers sends it first of all.
    }
    this.#listener.message(message);
  }

  /** Own messages that nobody here has sent, such as those of a bot that speaks for the user. */
  #showUnclaimedCopies() {
    const copies = [...this.#earlyCopies];
    this.#earlyCopies.clear();
    copies.forEach(([id, message]) => this.#show(id, message));
  }

  #remember(id) {
    this.#shownIds.add(id);
    if (this.#shownIds.size > MAX_REMEMBERED_IDS) {
      this.#shownIds.delete(this.#shownIds.values().next().value);
    }
  }
}

function sameContent(one, other) {
  return one.text === other.text && one.to === other.to && one.image?.name === other.image?.name;
}
