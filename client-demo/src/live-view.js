/** The panel beside the chat: which node the page is on, who is on which, traffic, and what a lost connection has cost. */
import { bands, bars, HEIGHT, line, scaleOf, WIDTH } from "./chart.js";
import { byId, nodeChip, setText, testElement } from "./elements.js";

const WIDE = matchMedia("(min-width: 641px)");

/** On a phone the panel is closed until it is wanted. */
export function watchWidth() {
  const fit = () => (byId("live").open = WIDE.matches);
  WIDE.addEventListener("change", fit);
  fit();
}

/** @param node the name of the node that this page is on, "" while there is none */
export function showNode(node) {
  byId("node").replaceChildren(...(node ? [nodeChip(node)] : []));
  byId("node").hidden = node === "";
  byId("brief-node").textContent = node;
}

/**
 * How many people are on each node.
 *
 * @param members with their `nodes`
 * @param here the node that this page is on
 */
export function showNodes(members, here) {
  const counts = new Map([[here, 0]]);
  members.flatMap((member) => member.nodes).forEach((node) => counts.set(node, (counts.get(node) ?? 0) + 1));
  counts.delete("");
  byId("nodes").replaceChildren(...[...counts].sort().map(([node, count]) => nodeItem(node, count, node === here)));
}

function nodeItem(node, count, isHere) {
  const item = testElement("li", "node");
  item.dataset.here = String(isHere);
  item.append(nodeChip(node), testElement("span", "node-count", `${count} ${count === 1 ? "person" : "people"}`));
  if (isHere) {
    item.append(testElement("span", "here", "you"));
  }
  return item;
}

/** @param {import("./live.js").Second[]} seconds */
export function showFigures({ seconds, missed }) {
  const rates = seconds.map(({ rate }) => rate);
  const latencies = seconds.map(({ latency }) => latency);
  const outages = bands(seconds.map(({ connected }) => !connected));
  const rateScale = scaleOf(rates, 10);
  const latencyScale = scaleOf(latencies, 5);
  const latency = latencies.at(-1) ?? null;

  draw("rate-chart", outages, bars(rates, rateScale));
  draw("latency-chart", outages, line(latencies, latencyScale));
  byId("rate-scale").textContent = String(rateScale);
  byId("latency-scale").textContent = `${latencyScale} ms`;
  byId("rate").textContent = String(rates.at(-1) ?? 0);
  byId("latency").textContent = latency === null ? "–" : formatLatency(latency);
  byId("missed").textContent = String(missed);
  byId("missed").dataset.any = String(missed > 0);
  byId("brief").textContent = `${byId("rate").textContent}/s, ${byId("latency").textContent} ms`;
}

function formatLatency(ms) {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}

function draw(id, outages, values) {
  const svg = byId(id);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.querySelector(".outage").setAttribute("d", outages);
  svg.querySelector(".values").setAttribute("d", values);
}

/**
 * What became of the connection that was lost.
 *
 * @param state "" if none was, "lost" while there is none, "recovered" if all that was said meanwhile has come, else "anew"
 */
export function showRecovery(state, text = "") {
  byId("recovery").dataset.state = state;
  byId("recovery").hidden = state === "";
  setText(byId("recovery"), text);
  byId("break-button").disabled = state === "lost";
}
