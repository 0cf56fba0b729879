/** Elements that several parts of the page are made of. Text from other people goes through `textContent` only. */

const HUES = 6;

export const byId = (id) => document.getElementById(id);

export function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

export function testElement(tag, testId, text) {
  const node = element(tag, testId, text);
  node.dataset.testid = testId;
  return node;
}

export function avatar(name) {
  const [initial = "?"] = name.trim();
  const node = element("span", "avatar", initial.toUpperCase());
  node.dataset.hue = hueOf(name);
  node.setAttribute("aria-hidden", "true");
  return node;
}

/** The name of a node of the cluster, with a mark of its own colour. */
export function nodeChip(name) {
  const node = testElement("span", "node-name", name);
  node.dataset.hue = hueOf(name);
  node.title = `node ${name}`;
  return node;
}

/** The same colour for the same text, everywhere. */
export function hueOf(text) {
  const sum = [...text].reduce((total, char) => (total * 31 + char.codePointAt(0)) % 9_973, 7);
  return String(sum % HUES);
}

/** Sets the text of an element that is read out when it changes: unchanged, it is not to be read out again. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
