// A message's body and headers as a person reads them: JSON laid out, text as it is, anything else in hex.
//
// Invariant: what is laid out is the body's own characters in their order, only the space between them differs: numbers
// keep all their digits, and keys that come twice are shown twice.

import { h } from "./dom.js";
import { button, facts } from "./panels.js";
import { copy } from "./dialogs.js";
import { block, bytes, line } from "./text.js";

const LAID_OUT_MAX = 256 * 1024;
const SHOWN_MAX = 256 * 1024;
const HEX_BYTES_MAX = 4096;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

/** The body with what can be done with it. */
export function bodyView(message) {
  const raw = bytesOf(message);
  const text = message.body ?? null;
  const ways = [];
  const laidOut = text !== null && text.length <= LAID_OUT_MAX ? layOut(text) : null;
  if (laidOut) ways.push(["JSON", () => h("pre", { class: "payload", tabindex: "0" }, laidOut)]);
  if (text !== null)
    ways.push(["Text", () => h("pre", { class: "payload", tabindex: "0" }, block(text.slice(0, SHOWN_MAX)))]);
  ways.push(["Hex", () => h("pre", { class: "payload hex", tabindex: "0" }, hexDump(raw.subarray(0, HEX_BYTES_MAX)))]);
  const place = h("div");
  const buttons = ways.map(([name, make], at) =>
    h("button", { type: "button", on: { click: () => choose(at) } }, name),
  );
  const choose = (chosen) => {
    buttons.forEach((each, at) => each.setAttribute("aria-pressed", String(at === chosen)));
    place.replaceChildren(ways[chosen][1]());
  };
  choose(0);
  const tools = h(
    "div",
    { class: "tools" },
    h("div", { class: "choice", role: "group", "aria-label": "Show the body as" }, buttons),
    h("span", { class: "soft" }, bytes(message.body_bytes), cutNote(message, text, raw)),
    text === null ? null : button("Copy", () => copy(text), { small: true, icon: "copy" }),
    button("Download", () => download(message.id, raw), { small: true }),
  );
  return h(
    "div",
    { class: "form" },
    tools,
    message.body_bytes === 0 ? h("p", { class: "soft" }, "The body is empty.") : place,
  );
}

function cutNote({ body_cut }, text, raw) {
  if (body_cut) return ", cut here";
  const long = text === null ? raw.length > HEX_BYTES_MAX : text.length > SHOWN_MAX;
  return long ? ", its beginning shown" : "";
}

/** The body's bytes. */
export function bytesOf({ body, body_base64 }) {
  if (body !== undefined && body !== null) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(body_base64 ?? ""), (character) => character.charCodeAt(0));
}

/** JSON with a line for each value, as nodes; `null` for what is no JSON object or list. */
function layOut(text) {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(TOKENS);
  const nodes = [];
  let depth = 0;
  const breakLine = () => nodes.push(`\n${"  ".repeat(depth)}`);
  tokens.forEach((token, at) => {
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    if ((token === "}" || token === "]") && --depth >= 0 && before !== "{" && before !== "[") breakLine();
    nodes.push(tokenNode(token, after));
    if (token === "{" || token === "[") {
      depth++;
      if (after !== "}" && after !== "]") breakLine();
    } else if (token === ",") breakLine();
    else if (token === ":") nodes.push(" ");
  });
  return nodes;
}

function tokenNode(token, after) {
  if ("{}[],:".includes(token)) return token;
  const kind = token[0] === '"' ? (after === ":" ? "key" : "string") : /[-\d]/.test(token[0]) ? "number" : "literal";
  return h("span", { class: kind }, block(token));
}

/** Sixteen bytes a line: where, which, and what they would be as ASCII. */
function hexDump(raw) {
  const rows = [];
  for (let at = 0; at < raw.length; at += 16) {
    const piece = [...raw.subarray(at, at + 16)];
    const hex = piece.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = piece.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    rows.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return rows.join("\n");
}

function download(id, raw) {
  const address = URL.createObjectURL(new Blob([raw], { type: "application/octet-stream" }));
  h("a", { href: address, download: `message-${id}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Headers by name. */
export function headersView(headers) {
  const list = Object.entries(headers ?? {});
  if (list.length === 0) return h("p", { class: "soft" }, "No headers.");
  return facts(
    list.map(([name, value]) => [h("code", null, line(name)), h("span", { class: "code" }, headerText(value))]),
  );
}

/** A header's value in a line. */
export function headerText(value) {
  if (value !== null && typeof value === "object" && "base64" in value) return `(binary) ${line(value.base64)}`;
  return value === "" ? "(empty)" : line(typeof value === "object" ? JSON.stringify(value) : String(value));
}
