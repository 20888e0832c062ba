// A queue's messages as they come, the newest first, without leasing any.
//
// What it is not: a record of everything that came. Invariants: so many rows at most, however long it is watched; what is
// not shown is counted, and where the line was broken a row says so.

import { h, replace, setText } from "./dom.js";
import { queuePath } from "./api.js";
import { COLUMNS, messageRow } from "./messages.js";
import { button, empty, table, trouble } from "./panels.js";
import { isPassing, keepFollowing } from "./stream.js";
import { clock, count } from "./text.js";

const ROWS_MAX = 200;
const WORDS = { connecting: "connecting", live: "watching", away: "no answer, trying again" };

/** The tab of a queue's page. */
export async function tailTab({ queue, signal }) {
  const list = h("section", { class: "panel", "aria-label": "Messages as they come" });
  const [status, only, rows] = [h("span", { class: "soft", role: "status" }), onlyField(), makeRows(list)];
  const seen = { state: "connecting", came: 0 };
  const hold = button("Hold", () => {
    setText(hold, rows.hold() ? "Go on" : "Hold");
    say();
  });
  const say = () =>
    setText(status, [WORDS[seen.state], `${count(seen.came)} came`, rows.heldBack()].filter(Boolean).join(" · "));
  const tell = (event, data) => {
    if (event === "message") {
      seen.came += 1;
      if (holds(data, only.value)) rows.add(messageRow(data, clock));
    } else if (event === "skipped") {
      seen.came += data.count;
      rows.add(noteRow(`${count(data.count)} more came and are not shown`));
    } else if (event === "gone") rows.add(noteRow("The queue is gone"));
    say();
  };
  const pass = (state) => {
    if (seen.state === "live" && state !== "live") rows.add(noteRow(`Not watched from ${clock(Date.now())} on`));
    seen.state = state;
    say();
  };
  const follow = { tell, pass, isFinal: (error) => !isPassing(error) };
  keepFollowing(queuePath(queue.name, "/tail"), () => ({}), signal, follow).catch((error) =>
    replace(list, h("div", { class: "inside" }, trouble(error))),
  );
  say();
  const tools = h("div", { class: "tools" }, only, hold, button("Clear", rows.clear, { kind: "quiet" }), status);
  return { view: h("div", { class: "page" }, tools, list) };
}

function onlyField() {
  const about = "Only those with this text";
  return h("input", { type: "search", class: "search", placeholder: about, "aria-label": about, autocomplete: "off" });
}

/** Whether a message has the text in what a person would look for it in. */
function holds({ body, lane, headers }, text) {
  const parts = [body, lane, ...Object.entries(headers).flat()];
  return parts.some((part) => String(part ?? "").includes(text));
}

/** Rows, the newest first. `hold` keeps the list still, or lets it go on; answers which. */
function makeRows(list) {
  const { element, body } = table("Messages as they come", COLUMNS, []);
  const quiet = empty("Nothing came yet", "What is published from here on shows up by itself.");
  let held = null;
  const put = (row) => {
    body.prepend(row);
    if (body.children.length > ROWS_MAX) body.lastElementChild.remove();
    if (!element.isConnected) replace(list, element);
  };
  const add = (row) => {
    if (held === null) return put(row);
    held.push(row);
    if (held.length > ROWS_MAX) held.shift();
  };
  const hold = () => {
    const back = held;
    held = back === null ? [] : null;
    back?.forEach(put);
    return held !== null;
  };
  const clear = () => {
    replace(body);
    replace(list, quiet);
  };
  clear();
  return { add, hold, clear, heldBack: () => (held === null ? "" : `${count(held.length)} held back`) };
}

function noteRow(text) {
  return h("tr", { class: "note" }, h("td", { colspan: COLUMNS.length }, text));
}
