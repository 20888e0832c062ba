// The dead-letter queues that hold something, and the redrives that run.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { cell, empty, head, numberCell, page, panel, table } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { redrivesView } from "./redrives.js";
import { link } from "./router.js";
import { age, count, line } from "./text.js";

const COLUMNS = [
  { title: "Queue" },
  { title: "Messages", class: "number" },
  { title: "Oldest", class: "number" },
  { title: "Newest", class: "number" },
  { title: "From", class: "rarely" },
];

/** The page. */
export async function deadLettersPage({ signal }) {
  const list = h("div");
  const refresh = async () => show(list, (await get("/v1/dead-letters", {}, signal)).queues);
  await refresh();
  repeatedly(signal, refresh);
  const redrives = await redrivesView(null, signal);
  return {
    title: "Dead letters",
    view: page(
      head("Dead letters"),
      h("section", { class: "panel", "aria-label": "Dead-letter queues" }, list),
      redrives,
    ),
  };
}

function show(list, queues) {
  if (queues.length === 0) {
    replace(
      list,
      empty(
        "No dead-letter queues",
        "A queue sets aside what keeps failing once its settings name a dead-letter queue. What lands there is looked at, mended and sent back here.",
      ),
    );
    return;
  }
  const rows = queues.map(({ name, messages, oldest_ms, newest_ms, sources }) =>
    h(
      "tr",
      null,
      h("th", { scope: "row", class: "name" }, h("a", { href: link(["dead-letters", name]) }, line(name))),
      numberCell(count(messages), { zero: messages === 0 }),
      numberCell(age(oldest_ms), { zero: oldest_ms === null }),
      numberCell(age(newest_ms), { zero: newest_ms === null }),
      cell(sources.map(line).join(", "), "rarely breaks"),
    ),
  );
  replace(list, table("Dead-letter queues", COLUMNS, rows).element);
}
