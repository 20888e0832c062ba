// Open connections of every door: who is at the other end, and what they hold.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { CLIENTS, LISTED_MAX, onward } from "./consumers.js";
import { cell, chip, empty, head, numberCell, page, table, tabs } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { count, line, shortAge } from "./text.js";

const COLUMNS = [
  { title: "Client" },
  { title: "Door" },
  { title: "User", class: "rarely" },
  { title: "Open for", class: "number" },
  { title: "Consumers", class: "number rarely" },
  { title: "Holds", class: "number" },
];

/** The page. */
export async function connectionsPage({ query, signal }) {
  const list = h("section", { class: "panel", "aria-label": "Connections" });
  const refresh = async () => {
    const found = await get("/v1/connections", { from: query.from, limit: LISTED_MAX }, signal);
    replace(list, connectionsTable(found.connections), onward("connections", {}, found.next));
  };
  await refresh();
  repeatedly(signal, refresh);
  return {
    title: "Connections",
    view: page(head("Connections"), tabs("Consumers and connections", CLIENTS, "connections"), list),
  };
}

function connectionsTable(connections) {
  if (connections.length === 0) return empty("Nobody is connected", "The overview has lines that connect a client.");
  return table("Connections", COLUMNS, connections.map(connectionRow)).element;
}

function connectionRow({ peer, door, tls, user, client, name, since_ms, consumers, leases }) {
  const about = [name ? peer : "", client ?? ""].filter(Boolean).map(line).join(" · ");
  return h(
    "tr",
    null,
    h("th", { scope: "row", class: "name client" }, line(name || peer), about ? h("div", { class: "faint" }, about) : null),
    cell([line(door), " ", tls ? chip("TLS", "moss") : null]),
    cell(line(user ?? ""), "rarely"),
    numberCell(shortAge(since_ms)),
    numberCell(count(consumers), { zero: consumers === 0, class: "rarely" }),
    numberCell(count(leases), { zero: leases === 0 }),
  );
}
