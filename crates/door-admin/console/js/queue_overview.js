// A queue at a glance: what moves, how long it takes, who consumes, how it is set.

import { h, replace } from "./dom.js";
import { get, queuePath } from "./api.js";
import { chart } from "./charts.js";
import { consumersTable } from "./consumers.js";
import { queueSeries, sampleOf } from "./live.js";
import { DEPTH, FLOW } from "./overview.js";
import { facts, numberCell, panel, table } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { link } from "./router.js";
import { clock, count, duration, line, NOTHING, rate, short } from "./text.js";

/** The tab. */
export async function overviewTab({ queue, signal }) {
  const [{ panels, draw }, times, consumers] = [chartsOf(queue), h("div"), h("div")];
  const show = (told) => {
    replace(times, percentiles(told));
    replace(consumers, consumersTable(told.consumers, { withQueue: false }));
  };
  show(queue);
  repeatedly(signal, async () => show(await get(queuePath(queue.name), {}, signal)));
  const all = h("a", { href: link(["consumers"], { queue: queue.name }) }, "All of them");
  const parts = [
    ...panels,
    panel("Times", { note: "of the last minutes", inset: false }, times),
    panel("Consumers", { end: all, inset: false }, consumers),
    panel("About", {}, aboutOf(queue)),
  ];
  return { view: h("div", { class: "columns" }, parts), told: draw };
}

function chartsOf(queue) {
  const flow = chart("Messages per second", FLOW, rate);
  const depth = chart("Messages in the queue", DEPTH, short);
  const oldest = chart("Age of the oldest message", [{ key: "oldest_age", label: "oldest", tone: "dusk" }], duration);
  const draw = () => {
    const samples = queueSeries(queue.name);
    flow.draw(samples);
    depth.draw(samples);
    oldest.draw(samples.map((sample) => ({ ...sample, oldest_age: ageIn(sample) })));
  };
  if (queueSeries(queue.name).length === 0) queueSeries(queue.name).push(sampleOf(queue));
  draw();
  const panels = [
    panel("Flow", { note: "messages per second" }, flow.element),
    panel("Depth", { note: "messages" }, depth.element),
    panel("Oldest", { note: "how long the oldest message waits" }, oldest.element),
  ];
  return { panels, draw };
}

function ageIn({ oldest_ms, at_ms }) {
  return oldest_ms === null ? null : Math.max(0, at_ms - oldest_ms);
}

const MEASURES = [
  ["half within", "p50"],
  ["95 % within", "p95"],
  ["99 % within", "p99"],
  ["longest", "max"],
];

/** How long messages waited for a consumer, and how long consumers worked on them. */
function percentiles({ wait_ms, service_ms }) {
  const those = [wait_ms, service_ms];
  const row = (title, say) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, title),
      those.map((times) => numberCell(say(times), { zero: times.count === 0 })),
    );
  const rows = MEASURES.map(([title, key]) => row(title, (times) => (times.count > 0 ? duration(times[key]) : NOTHING)));
  const columns = [{ title: "" }, { title: "Waited", class: "number" }, { title: "Worked on", class: "number" }];
  const made = table("Times that messages took", columns, [...rows, row("measured", (times) => count(times.count))]);
  made.element.classList.add("percentiles");
  return made.element;
}

function aboutOf(queue) {
  const { settings, dead_letter, sources, created_ms, modified_ms, totals, id } = queue;
  const to = (name) => h("a", { href: link(["queue", name]) }, line(name));
  const list = [
    ["Order", line(settings.order)],
    ["Lease", duration(settings.lease_ms)],
    [
      "Sets aside into",
      dead_letter
        ? [to(dead_letter), settings.bury?.max ? ` after ${settings.bury.max} ${settings.bury.counted_by}` : ""]
        : null,
    ],
    ["Dead letters of", sources.length > 0 ? sources.map((name, at) => [at > 0 ? ", " : "", to(name)]) : null],
    ["Kept for", settings.retention_ms ? duration(settings.retention_ms) : "until acknowledged"],
    [
      "Durability",
      typeof settings.durability === "string" ? settings.durability : `synced every ${settings.durability.interval} ms`,
    ],
    ["Published", totals ? count(totals.published) : null],
    ["Created", created_ms ? clock(created_ms) : null],
    ["Changed", modified_ms && modified_ms !== created_ms ? clock(modified_ms) : null],
    ["Id", id !== undefined ? String(id) : null],
  ];
  return facts(list);
}

