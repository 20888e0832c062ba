// Open connections by door.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { TABS } from "./consumers.js";
import { cell, chip, empty, head, numberCell, page, table, tabs } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { age, count, line } from "./text.js";

const COLUMNS = [
  { title: "Peer" },
  { title: "Door" },
  { title: "User" },
  { title: "Open for", class: "number" },
  { title: "Consumers", class: "number rarely" },
  { title: "Holds", class: "number" },
];

/** The page. */
export async function connectionsPage({ signal }) {
  const list = h("section", { class: "panel", "aria-label": "Connections" });
  const refresh = async () => replace(list, rowsOf((await get("/v1/connections", {}, signal)).connections));
  await refresh();
  repeatedly(signal, refresh);
  return {
    title: "Connections",
    view: page(head("Connections"), tabs("Consumers and connections", TABS, "connections"), list),
  };
}

function rowsOf(connections) {
  if (connections.length === 0) return empty("Nobody is connected", "The overview has lines that connect a client.");
  const rows = connections.map(({ peer, door, tls, user, since_ms, consumers, leases }) =>
    h(
      "tr",
      null,
      h("th", { scope: "row", class: "code" }, line(peer)),
      cell([line(door), " ", tls ? chip("TLS", "moss") : null]),
      cell(line(user ?? "")),
      numberCell(age(since_ms)),
      numberCell(count(consumers), { zero: !consumers, class: "rarely" }),
      numberCell(count(leases), { zero: !leases }),
    ),
  );
  return table("Connections", COLUMNS, rows).element;
}
