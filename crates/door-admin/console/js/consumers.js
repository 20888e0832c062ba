// Who consumes what, and what they hold.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { cell, empty, head, numberCell, page, table, tabs } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { link } from "./router.js";
import { age, count, line } from "./text.js";

export const TABS = [
  ["consumers", "Consumers", "#/consumers"],
  ["connections", "Connections", "#/connections"],
];

/** The page. */
export async function consumersPage({ signal }) {
  const list = h("section", { class: "panel", "aria-label": "Consumers" });
  const refresh = async () =>
    replace(list, consumersTable((await get("/v1/consumers", {}, signal)).consumers, { withQueue: true }));
  await refresh();
  repeatedly(signal, refresh);
  return {
    title: "Consumers",
    view: page(head("Consumers"), tabs("Consumers and connections", TABS, "consumers"), list),
  };
}

/** Consumers in rows, on their own page and on their queue's. */
export function consumersTable(consumers, { withQueue }) {
  if (consumers.length === 0)
    return empty(
      "Nobody consumes",
      withQueue
        ? "A consumer shows up here when it first asks for a message."
        : "Messages wait here until a consumer asks for them.",
    );
  const columns = [
    { title: "Consumer" },
    ...(withQueue ? [{ title: "Queue" }] : []),
    { title: "Door", class: "rarely" },
    { title: "User", class: "rarely" },
    { title: "Holds", class: "number" },
    { title: "Longest held", class: "number" },
    { title: "Last delivery", class: "number rarely" },
  ];
  const rows = consumers.map((consumer) =>
    h(
      "tr",
      null,
      h(
        "th",
        { scope: "row", class: "name" },
        line(consumer.name || consumer.peer || String(consumer.id)),
        consumer.name && consumer.peer ? h("div", { class: "faint" }, line(consumer.peer)) : null,
      ),
      withQueue ? cell(h("a", { href: link(["queue", consumer.queue]) }, line(consumer.queue)), "breaks") : null,
      cell(line(consumer.door ?? ""), "rarely"),
      cell(line(consumer.user ?? ""), "rarely"),
      numberCell(count(consumer.leases), { zero: consumer.leases === 0 }),
      numberCell(age(consumer.oldest_lease_ms), { zero: !consumer.oldest_lease_ms }),
      numberCell(age(consumer.last_delivery_ms), { zero: !consumer.last_delivery_ms, class: "rarely" }),
    ),
  );
  return table("Consumers", columns, rows).element;
}
