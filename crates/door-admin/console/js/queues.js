// All queues: search, sort, pages. Ten thousand of them cost no more than a screenful.
//
// Invariant: what is shown is in the address, so a link or a reload shows the same; a change of it reads one page of the
// list and replaces the rows only.

import { h, replace, settled, setText } from "./dom.js";
import { get } from "./api.js";
import { createQueue } from "./create_queue.js";
import { attempt } from "./dialogs.js";
import { button, chip, empty, head, linkButton, numberCell, page, table } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { link, rewrite } from "./router.js";
import { count, line, rate, short, shortAge } from "./text.js";

const ROWS = 100;
const TYPING_MS = 150;

const COLUMNS = [
  { title: "Name", sort: "name" },
  { title: "Ready", class: "number", sort: "ready" },
  { title: "Delayed", class: "number rarely", sort: "delayed" },
  { title: "Leased", class: "number", sort: "leased" },
  { title: "Oldest", class: "number", sort: "oldest" },
  { title: "In /s", class: "number rarely", sort: "in" },
  { title: "Out /s", class: "number rarely", sort: "out" },
  { title: "Failed /s", class: "number rarely", sort: "fail" },
];

const KINDS = [
  ["all", "All"],
  ["dead_letter", "Dead letters"],
];

/** The page. */
export async function queuesPage({ query, signal }) {
  const view = { search: "", sort: "name", order: "asc", offset: "0", kind: "all", ...query };
  const first = await read(view, signal);
  const list = h("div");
  const total = h("span", { class: "soft" });
  const note = h("span", { class: "visually-hidden", role: "status" });
  const search = h("input", {
    type: "search",
    class: "search",
    value: view.search,
    placeholder: "Search by name",
    "aria-label": "Search queues by name",
    autocomplete: "off",
    spellcheck: "false",
  });
  let asked = 0;
  const show = (found) => {
    setText(
      total,
      found.matched === found.total ? count(found.total) : `${count(found.matched)} of ${count(found.total)}`,
    );
    replace(list, rowsOf(found, view, change));
  };
  const refresh = async () => {
    const mine = ++asked;
    const found = await read(view, signal);
    if (mine === asked) show(found);
    return found;
  };
  const change = (wanted, keepBefore = true) => {
    Object.assign(view, { offset: "0" }, wanted);
    rewrite(link(["queues"], strip(view)), { keepBefore });
    for (const kind of kinds.children) kind.setAttribute("aria-pressed", String(kind.dataset.kind === view.kind));
    return attempt(async () => setText(note, `${count((await refresh()).matched)} queues`));
  };
  const kinds = h(
    "div",
    { class: "choice", role: "group", "aria-label": "Kind" },
    KINDS.map(([kind, words]) =>
      h(
        "button",
        {
          type: "button",
          data: { kind },
          "aria-pressed": String(view.kind === kind),
          on: { click: () => change({ kind }) },
        },
        words,
      ),
    ),
  );
  search.addEventListener(
    "input",
    settled(TYPING_MS, () => change({ search: search.value }, false)),
  );
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("tbody a")?.focus();
  });
  show(first);
  repeatedly(signal, refresh);
  const actions = [
    linkButton("Send a message", "#/send", { icon: "send" }),
    button("Create a queue", createQueue, { kind: "main" }),
  ];
  return {
    title: "Queues",
    view: page(
      head("Queues", { actions, after: total }),
      h("div", { class: "tools" }, search, kinds),
      note,
      panelOf(list),
    ),
  };
}

function panelOf(list) {
  return h("section", { class: "panel", "aria-label": "Queues" }, list);
}

function read({ search, sort, order, offset, kind }, signal) {
  return get("/v1/queues", { search, sort, order, offset, kind, limit: ROWS }, signal);
}

/** Only what differs from the plain list goes into the address. */
function strip({ search, sort, order, offset, kind }) {
  return {
    search,
    sort: sort === "name" ? "" : sort,
    order: order === "asc" ? "" : order,
    offset: offset === "0" ? "" : offset,
    kind: kind === "all" ? "" : kind,
  };
}

function rowsOf(found, view, change) {
  if (found.total === 0) {
    const text = `Create one, or point boto3 or pika at this server: the overview has the lines to copy.`;
    return empty("No queues yet", text, [
      button("Create a queue", createQueue, { kind: "main" }),
      linkButton("How to connect", "#/"),
    ]);
  }
  if (found.queues.length === 0) {
    const text = view.search
      ? `None of ${count(found.total)} has “${line(view.search)}” in its name.`
      : "None is of this kind.";
    return empty("No such queue", text, [button("Show all", () => change({ search: "", kind: "all" }))]);
  }
  const onSort = (by) => {
    const other = by === "name" ? "asc" : "desc";
    const order = view.sort === by ? (view.order === "asc" ? "desc" : "asc") : other;
    return change({ sort: by, order });
  };
  const made = table("Queues", COLUMNS, found.queues.map(row), {
    sorted: { by: view.sort, order: view.order },
    onSort,
  });
  return [made.element, found.matched > ROWS ? pager(found, change) : null].filter(Boolean);
}

/** One queue's row. */
function row(queue) {
  const { name, ready, delayed, leased, oldest_ms, rates } = queue;
  const flow = (value, tone) =>
    numberCell(h("span", { class: value > 0 ? tone : "" }, rate(value)), { zero: !value, class: "rarely" });
  return h(
    "tr",
    null,
    h("th", { scope: "row", class: "name" }, h("a", { href: link(["queue", name]) }, line(name)), " ", marks(queue)),
    numberCell(short(ready), { zero: ready === 0 }),
    numberCell(short(delayed), { zero: delayed === 0, class: "rarely" }),
    numberCell(short(leased), { zero: leased === 0 }),
    numberCell(shortAge(oldest_ms), { zero: oldest_ms === null }),
    flow(rates.in),
    flow(rates.out),
    flow(rates.fail, "bad"),
  );
}

/** What is special about a queue. */
export function marks({ paused, order, sources, dead_letter }) {
  const list = [
    paused ? chip("paused", "lamp") : null,
    order !== "standard" ? chip(line(order)) : null,
    sources.length > 0 ? chip("dead letters", "buoy", `of ${sources.map(line).join(", ")}`) : null,
  ];
  return h("span", { class: "chips", title: dead_letter ? `sets aside into ${line(dead_letter)}` : null }, list);
}

function pager(found, change) {
  const offset = Number(found.offset);
  const last = offset + found.queues.length;
  const go = (to) => change({ offset: String(Math.max(0, to)) });
  return h(
    "div",
    { class: "pager" },
    `${count(offset + 1)} to ${count(last)} of ${count(found.matched)}`,
    h(
      "div",
      { class: "actions" },
      button("Before", () => go(offset - ROWS), { small: true, disabled: offset === 0 }),
      button("After", () => go(offset + ROWS), { small: true, disabled: last >= found.matched }),
    ),
  );
}
