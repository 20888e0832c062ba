// Who consumes what, and what they hold.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { cell, chip, empty, head, linkButton, numberCell, page, table, tabs } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { link } from "./router.js";
import { count, line, shortAge } from "./text.js";

/** What one page lists. */
export const LISTED_MAX = 200;

/** The pages of this section. */
export const CLIENTS = [
  ["consumers", "Consumers", "#/consumers"],
  ["connections", "Connections", "#/connections"],
];

/** The page. */
export async function consumersPage({ query, signal }) {
  const { queue, from } = query;
  const list = h("section", { class: "panel", "aria-label": "Consumers" });
  const refresh = async () => {
    const found = await get("/v1/consumers", { queue, from, limit: LISTED_MAX }, signal);
    replace(list, consumersTable(found.consumers, { withQueue: !queue }), onward("consumers", { queue }, found.next));
  };
  await refresh();
  repeatedly(signal, refresh);
  const crumb = queue ? h("a", { href: link(["queue", queue]) }, line(queue)) : null;
  return {
    title: "Consumers",
    view: page(head("Consumers", { crumb }), tabs("Consumers and connections", CLIENTS, "consumers"), list),
  };
}

/** The way to those that did not fit on this page; nothing where all did. */
export function onward(place, query, next) {
  if (next === null) return [];
  const further = linkButton("Further ones", link([place], { ...query, from: next }), { small: true });
  return h("div", { class: "pager" }, `${count(LISTED_MAX)} shown`, h("div", { class: "actions" }, further));
}

/** Consumers in rows, on their own page and on their queue's. */
export function consumersTable(consumers, { withQueue }) {
  if (consumers.length === 0) {
    const text = withQueue
      ? "A consumer shows up here when it first asks for a message."
      : "What is published waits here until a consumer asks for it.";
    return empty("Nobody consumes", text);
  }
  const columns = [
    { title: "Consumer" },
    ...(withQueue ? [{ title: "Queue", class: "rarely" }] : []),
    { title: "Door", class: "rarely" },
    { title: "Holds", class: "number" },
    { title: "Longest", class: "number" },
    { title: "Last delivery", class: "number rarely" },
  ];
  return table(
    "Consumers",
    columns,
    consumers.map((consumer) => consumerRow(consumer, withQueue)),
  ).element;
}

function consumerRow(consumer, withQueue) {
  const { id, name, peer, user, queue, door, connected, leases, oldest_lease_ms, last_delivery_ms } = consumer;
  const to = () => h("a", { href: link(["queue", queue]) }, line(queue));
  const from = [name ? peer : "", user ?? ""].filter(Boolean).map(line).join(" · ");
  const who = [
    line(name || peer || String(id)),
    connected ? null : [" ", chip("left", "lamp", "It is gone, and what it holds comes back when its leases end")],
    from ? h("div", { class: "faint" }, from) : null,
    withQueue ? h("div", { class: "narrowly" }, to()) : null,
  ];
  return h(
    "tr",
    null,
    h("th", { scope: "row", class: "name client" }, who),
    withQueue ? cell(to(), "rarely breaks") : null,
    cell(line(door), "rarely"),
    numberCell(count(leases), { zero: leases === 0 }),
    numberCell(shortAge(oldest_lease_ms), { zero: oldest_lease_ms === null }),
    numberCell(shortAge(last_delivery_ms), { zero: last_delivery_ms === null, class: "rarely" }),
  );
}
