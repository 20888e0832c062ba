// The store: is it whole, is there room, what does the journal do.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { chip, facts, figures, head, page, panel, table, cell } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { bytes, clock, count, duration, line, short, words } from "./text.js";

/** The page. */
export async function storePage({ signal }) {
  const state = h("span", { class: "chips" });
  const body = h("div", { class: "page" });
  const refresh = async () => {
    const store = await get("/v1/store", {}, signal);
    replace(
      state,
      store.healthy ? chip("healthy", "moss") : chip("failed", "buoy"),
      store.disk_full ? chip("disk full: sends are refused", "buoy") : null,
    );
    replace(body, diskOf(store), h("div", { class: "columns" }, journalOf(store.journal ?? {}), historyOf(store)));
  };
  await refresh();
  repeatedly(signal, refresh);
  return { title: "Store", view: page(head("Store", { after: state }), body) };
}

function diskOf({ disk, data, boot }) {
  const used = disk && disk.total_bytes > 0 ? 1 - disk.free_bytes / disk.total_bytes : 0;
  const bar = h(
    "div",
    {
      class: "bar",
      data: used > 0.9 ? { tone: "bad" } : {},
      role: "img",
      "aria-label": `${Math.round(used * 100)} % of the disk is used`,
    },
    h("span", { style: { width: `${used * 100}%` } }),
  );
  const list = facts([
    ["Folder", h("code", null, line(data))],
    ["Free", disk ? `${bytes(disk.free_bytes)} of ${bytes(disk.total_bytes)}` : null],
    ["Started", boot ? (boot === 1 ? "once" : `${count(boot)} times`) : null],
  ]);
  return panel(
    "Disk",
    { note: disk ? `${Math.round(used * 100)} % used` : "" },
    h("div", { class: "form" }, disk ? bar : null, list),
  );
}

function journalOf(journal) {
  const rows = Object.entries(journal).map(([name, value]) =>
    h(
      "tr",
      null,
      cell(words(name.replace(/_us$/, "_time"))),
      h("td", { class: "number" }, valueOf(name, value)),
    ),
  );
  return panel(
    "Journal",
    { note: "as in /metrics", inset: false },
    table("Figures of the journal", [{ title: "Figure" }, { title: "Value", class: "number" }], rows).element,
  );
}

function valueOf(name, value) {
  if (typeof value !== "number") return line(JSON.stringify(value));
  if (name.endsWith("_us")) return duration(value / 1000);
  return name.includes("bytes") ? bytes(value) : short(value);
}

function historyOf({ history }) {
  if (!history) return null;
  if (!history.enabled)
    return panel(
      "History",
      {},
      h("p", { class: "soft" }, "Switched off: what happened to a message is not kept. `--history 256MiB` keeps it."),
    );
  const made = figures([
    { label: "Size", value: bytes(history.bytes) },
    { label: "Left out", value: count(history.dropped), tone: history.dropped > 0 ? "warn" : null },
  ]);
  return panel("History", { note: history.from_ms ? `since ${clock(history.from_ms)}` : "nothing yet" }, made.element);
}
