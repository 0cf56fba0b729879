/** The page: connects the forms and the view to a chat session. */
import { ChatSession } from "./chat-session.js";
import { byId } from "./elements.js";
import { Live } from "./live.js";
import * as liveView from "./live-view.js";
import {
  ACCEPTED_IMAGE_TYPES,
  imageProblem,
  joinProblem,
  MAX_NAME_LENGTH,
  MAX_ROOM_LENGTH,
  MAX_TEXT_LENGTH,
  TRANSPORT_CHOICES,
  transportsFor,
} from "./protocol.js";
import { io } from "./socket.io.esm.min.js";
import * as view from "./view.js";

const joinForm = byId("join-form");
const textInput = byId("text");
const imageInput = byId("image-input");
const trafficSwitch = byId("traffic");

let session = null;
let live = null;
let you = null;
let node = "";
let members = [];

/** Whom messages go to alone; nobody: to the room. */
let partner = null;

/** What the session tells, shown on the page. */
const listener = {
  state(state, detail) {
    view.showState(state, detail);
    if (you) {
      showConnectionInRoom(state);
    } else if (state === "disconnected") {
      leave(`The server has refused the connection: ${detail}`);
    } else if (state === "connecting" && detail) {
      view.showJoinProblem("The server cannot be reached at the moment. Trying again…");
    }
  },
  transport: view.showTransport,
  joined(joined) {
    ({ you, node } = joined);
    live.joined();
    liveView.showNode(node);
    view.showBanner("");
    if (joined.again) {
      showRecovery(joined.caughtUp);
      return;
    }
    view.showRoom(joined.room);
    textInput.focus();
  },
  refused(error) {
    leave(error);
  },
  members: showMembers,
  message: (message) => view.showMessage(message, nameOf(message.to), message.node === node ? "" : message.node),
  delivery: view.showDelivery,
  typing: view.showTyping,
};

function showConnectionInRoom(state) {
  if (state === "reconnecting") {
    view.showBanner("Connection lost. Reconnecting…");
    liveView.showRecovery("lost", "Connection lost");
  } else if (state === "disconnected") {
    view.showBanner("The server has closed the connection.", true);
  }
}

/** @param caughtUp how many messages were sent meanwhile and have come now; null if the server has not kept them */
function showRecovery(caughtUp) {
  if (caughtUp === null) {
    view.showNotice("Connected again. What was said meanwhile is not shown.");
    liveView.showRecovery("anew", "Connected anew");
  } else {
    view.showNotice("Connected again. Nothing was missed.");
    liveView.showRecovery("recovered", `Recovered, ${caughtUp} caught up`);
  }
}

function showMembers(now) {
  members = now;
  view.showMembers(members, you, choosePartner);
  liveView.showNodes(members, node);
  if (partner && !members.some((member) => member.id === partner.id)) {
    choosePartner(null);
  }
}

function choosePartner(member) {
  partner = member;
  view.showPartner(partner);
  textInput.focus();
}

function nameOf(id) {
  return id === you?.id ? "you" : (members.find((member) => member.id === id)?.name ?? "");
}

/** One id for each name in this browser: all its pages with that name are one user. */
function userId(name) {
  const key = `duet-user-${name}`;
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const id = localStorage.getItem(key) ?? random();
    localStorage.setItem(key, id);
    return id;
  } catch {
    return random(); // Storage is refused: this page is a user of its own.
  }
}

function join() {
  const { room, name, transport } = joinRequest();
  const problem = joinProblem({ room, name });
  view.showJoinForm(problem);
  if (problem) {
    return;
  }
  end(); // An attempt that has not succeeded yet.
  byId("join-button").disabled = true;
  history.replaceState(null, "", `?${new URLSearchParams({ room, name, transport })}`);
  const socket = io({ autoConnect: false, forceNew: true, transports: transportsFor(transport) });
  live = new Live(socket, liveView.showFigures);
  live.traffic(trafficSwitch.checked);
  session = new ChatSession(socket, listener);
  session.join({ room, name, user: userId(name) });
}

function joinRequest() {
  const data = new FormData(joinForm);
  return { room: data.get("room").trim(), name: data.get("name").trim(), transport: data.get("transport") };
}

function end() {
  session?.close();
  live?.close();
  session = null;
  live = null;
}

function leave(error = "") {
  end();
  you = null;
  trafficSwitch.checked = false;
  liveView.showNode("");
  liveView.showRecovery("");
  choosePartner(null);
  history.replaceState(null, "", location.pathname); // A reload must not join again.
  view.showState("disconnected", "");
  view.showTransport("");
  view.clearRoom();
  view.showJoinForm(error);
  byId("name").focus();
}

function sendText() {
  const text = textInput.value.trim();
  view.showComposerError("");
  if (text) {
    textInput.value = "";
    if (partner) {
      session.sendDirect(partner.id, text);
    } else {
      session.sendText(text);
    }
  }
}

async function sendImage(file) {
  const problem = imageProblem(file);
  view.showComposerError(problem);
  if (problem) {
    return;
  }
  const target = session;
  const data = await file.arrayBuffer();
  if (target === session) {
    session.sendImage({ name: file.name, type: file.type, data });
  }
}

function onSubmit(form, action) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    action();
  });
}

function listenToUser() {
  onSubmit(joinForm, join);
  onSubmit(byId("composer"), sendText);
  byId("leave-button").addEventListener("click", () => leave());
  byId("reconnect-button").addEventListener("click", () => session.reconnect());
  byId("break-button").addEventListener("click", () => session.breakConnection());
  trafficSwitch.addEventListener("change", () => live.traffic(trafficSwitch.checked));
  byId("image-button").addEventListener("click", () => imageInput.click());
  imageInput.addEventListener("change", () => {
    const [file] = imageInput.files;
    imageInput.value = ""; // So that the same file can be chosen again.
    if (file) {
      sendImage(file);
    }
  });
  textInput.addEventListener("input", () => (textInput.value && !partner ? session.typing() : session.stopTyping()));
  byId("partner-clear").addEventListener("click", () => choosePartner(null));
}

/** Fills the form from the link, and joins at once if it names both a room and a person. */
function start() {
  byId("room").maxLength = MAX_ROOM_LENGTH;
  byId("name").maxLength = MAX_NAME_LENGTH;
  textInput.maxLength = MAX_TEXT_LENGTH;
  imageInput.accept = ACCEPTED_IMAGE_TYPES.join(",");
  listenToUser();
  view.watchLog();
  liveView.watchWidth();

  const query = new URLSearchParams(location.search);
  const transport = query.get("transport") ?? "both";
  byId("room").value = query.get("room") ?? "lobby";
  byId("name").value = query.get("name") ?? "";
  byId("transport-choice").value = TRANSPORT_CHOICES.includes(transport) ? transport : "both";
  if (query.get("room") && query.get("name")) {
    join();
  } else {
    byId("name").focus();
  }
}

start();
