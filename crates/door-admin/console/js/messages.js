// The messages of a queue, looked at without leasing any: by state, by text, by header, page after page.
//
// Invariant: each answer looks at a bounded number of messages and says how far it came; the reader decides to go on.

import { h, replace, setText } from "./dom.js";
import { get, queuePath } from "./api.js";
import { attempt, sheet } from "./dialogs.js";
import { messageView } from "./message.js";
import { button, cell, empty, linkButton, numberCell, stateChip, table, trouble } from "./panels.js";
import { link, rewrite } from "./router.js";
import { bytes, count, excerpt, line, milliseconds, shortAge } from "./text.js";

const PAGE_MESSAGES = 50;
const BODY_BYTES_SHOWN = 400;
const STATES = [
  ["any", "Any state"],
  ["ready", "Ready"],
  ["delayed", "Delayed"],
  ["leased", "Leased"],
];

/** The columns of `messageRow`. */
export const COLUMNS = [
  { title: "State" },
  { title: "Published", class: "rarely" },
  { title: "Body" },
  { title: "Lane", class: "rarely" },
  { title: "Tried", class: "number" },
  { title: "Size", class: "number rarely" },
];

/** The tab of a queue's page. */
export async function messagesTab({ queue, query, signal }) {
  const view = { state: "any", text: "", header: "", lane: "", older: "", ...query };
  const browser = makeBrowser(queue.name, view, signal);
  await browser.begin();
  return {
    view: h(
      "div",
      { class: "page" },
      filters(queue.name, view, browser.begin),
      browser.element,
    ),
  };
}

function filters(name, view, begin) {
  const input = (key, placeholder, type = "text") =>
    h("input", {
      type,
      value: view[key],
      placeholder,
      "aria-label": placeholder,
      data: { key },
      autocomplete: "off",
      spellcheck: "false",
    });
  const [text, header, lane, older] = [
    input("text", "Search in bodies", "search"),
    input("header", "Header NAME or NAME=VALUE"),
    input("lane", "Lane"),
    input("older", "Older than, like 5 min"),
  ];
  text.className = "search";
  const state = h(
    "select",
    { "aria-label": "State" },
    STATES.map(([key, words]) => h("option", { value: key }, words)),
  );
  state.value = view.state;
  const more = h("div", { class: "fields", hidden: !(view.header || view.lane || view.older) }, header, lane, older);
  const apply = () => {
    Object.assign(view, {
      state: state.value,
      text: text.value,
      header: header.value,
      lane: lane.value,
      older: older.value,
    });
    rewrite(link(["queue", name, "messages"], { ...view, state: view.state === "any" ? "" : view.state }));
    return attempt(begin);
  };
  state.addEventListener("change", apply);
  const form = h(
    "form",
    { class: "form", role: "search", "aria-label": "Messages" },
    h(
      "div",
      { class: "tools" },
      text,
      state,
      h("button", { type: "submit", class: "button" }, "Search"),
      button("More filters", () => (more.hidden = !more.hidden), { kind: "quiet" }),
    ),
    more,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void apply();
  });
  return form;
}

/** The list that grows page by page. */
function makeBrowser(name, view, signal) {
  const element = h("section", { class: "panel", "aria-label": "Messages" });
  const status = h("span", { role: "status" });
  const shown = { rows: 0, looked: 0, next: null };
  const made = table("Messages", COLUMNS, []);
  const onward = h("span", { class: "actions" });
  const pager = h("div", { class: "pager" }, status, onward);

  const read = () => {
    const older_than_ms = view.older ? milliseconds(view.older) : null;
    const question = {
      from: shown.next,
      limit: PAGE_MESSAGES,
      state: view.state,
      text: view.text,
      header: view.header,
      lane: view.lane,
      older_than_ms,
      body_bytes_max: BODY_BYTES_SHOWN,
    };
    return get(queuePath(name, "/messages"), question, signal);
  };
  const more = async () => {
    const found = await read();
    shown.rows += found.messages.length;
    shown.looked += found.scanned;
    shown.next = found.complete ? null : found.next;
    made.body.append(...found.messages.map((message) => messageRow(message)));
    setText(
      status,
      `${count(shown.rows)} shown, ${count(shown.looked)} looked at${shown.next === null ? ": these are all" : ""}`,
    );
    replace(
      onward,
      shown.next === null
        ? []
        : [button(found.messages.length === 0 ? "Look further" : "Show more", () => attempt(more), { small: true })],
    );
    replace(element, shown.rows === 0 && shown.next === null ? nothing(name, view) : [made.element, pager]);
  };
  const begin = async () => {
    Object.assign(shown, { rows: 0, looked: 0, next: null });
    replace(made.body);
    try {
      await more();
    } catch (error) {
      if (error.status !== 400) throw error;
      replace(element, h("div", { class: "inside" }, trouble(error)));
    }
  };
  return { element, begin };
}

function nothing(name, view) {
  const filtered = view.state !== "any" || view.text || view.header || view.lane || view.older;
  if (filtered)
    return empty("No such message", "No message of this queue is as you asked. What is acknowledged is gone.");
  return empty("Nothing here", "No message waits in this queue, and none is leased.", [
    linkButton("Send one", link(["queue", name, "send"]), { kind: "main", icon: "send" }),
  ]);
}

/** One message as a row that opens it; `when` says its time. */
export function messageRow(message, when = (at_ms) => `${shortAge(at_ms)} ago`) {
  const open = (event) => {
    event.preventDefault();
    showMessage(message.id);
  };
  const anchor = h("a", { href: link(["message", message.id]), on: { click: open } }, bodyLine(message));
  return h(
    "tr",
    null,
    cell(stateChip(message.state)),
    cell(
      h(
        "span",
        { class: "nowrap", title: new Date(message.published_ms).toString() },
        when(message.published_ms),
      ),
      "rarely",
    ),
    cell(anchor, "body"),
    cell(line(message.lane ?? ""), "rarely breaks"),
    numberCell(tried(message), { zero: message.deliveries === 0 }),
    numberCell(bytes(message.body_bytes), { class: "rarely" }),
  );
}

/** A body in a line: its beginning, or its kind where it is no text. */
export function bodyLine({ body, body_bytes }) {
  if (body_bytes === 0) return h("span", { class: "faint" }, "(empty)");
  return body === undefined || body === null
    ? h("span", { class: "soft" }, `(binary, ${bytes(body_bytes)})`)
    : excerpt(body);
}

function tried({ deliveries, failures }) {
  return failures > 0 ? `${count(deliveries)} (${count(failures)} failed)` : count(deliveries);
}

/** Opens a message at the side. */
export function showMessage(id) {
  const leave = new AbortController();
  const body = h("div", null, h("p", { class: "soft" }, ""));
  const tools = [linkButton("Open as a page", link(["message", id]), { small: true })];
  const close = sheet("Message", body, { tools, onClose: () => leave.abort() });
  addEventListener("hashchange", close, { once: true, signal: leave.signal });
  const show = async () => replace(body, await messageView(id, { signal: leave.signal, again: show, gone: close }));
  show().catch((error) => {
    if (error.name !== "AbortError") replace(body, trouble(error));
  });
}
