// One queue: its figures and charts, and the tabs for its messages, its settings and sending.

import { h, replace, setText } from "./dom.js";
import { call, get, queuePath } from "./api.js";
import { chart } from "./charts.js";
import { askByName, attempt, notice } from "./dialogs.js";
import { onQueue, queueSeries, sampleOf } from "./live.js";
import { messagesTab } from "./messages.js";
import { DEPTH, FLOW } from "./overview.js";
import { button, facts, figures, head, linkButton, page, panel, table, tabs } from "./panels.js";
import { sendForm } from "./send.js";
import { settingsTab } from "./queue_settings.js";
import { tailTab } from "./tail.js";
import { link, navigate, open } from "./router.js";
import { clock, count, duration, line, rate, short, shortAge } from "./text.js";
import { marks } from "./queues.js";

const TABS = { overview: overviewTab, messages: messagesTab, live: tailTab, settings: settingsTab, send: sendTab };

/** The page. */
export async function queuePage({ params, query, signal }) {
  const queue = await get(queuePath(params.queue), {}, signal);
  const tab = TABS[params.tab] ? params.tab : "overview";
  const total = figures(totalsOf(queue));
  const special = h("span", null, marks(queue));
  const shown = await TABS[tab]({ queue, query, signal });
  onQueue(queue.name, signal, (told) => {
    total.update(totalsOf(told));
    replace(special, marks(told));
    shown.told?.(told);
  });
  const at = (name) => link(["queue", queue.name, ...(name === "overview" ? [] : [name])]);
  const list = [
    ["overview", "Overview", at("overview")],
    ["messages", "Messages", at("messages")],
    ["live", "Live", at("live")],
    ["send", "Send", at("send")],
    ["settings", "Settings", at("settings")],
  ];
  const crumb = h("a", { href: "#/queues" }, "Queues");
  const top = head(line(queue.name), { crumb, actions: actionsOf(queue), after: special });
  return { title: line(queue.name), view: page(top, total.element, tabs("Parts of the queue", list, tab), shown.view) };
}

function totalsOf({ ready, delayed, leased, oldest_ms, rates, waiters }) {
  return [
    { label: "Ready", value: count(ready), swatch: "sea" },
    { label: "Leased", value: count(leased), swatch: "lamp" },
    { label: "Delayed", value: count(delayed), swatch: "dusk" },
    { label: "Oldest", value: shortAge(oldest_ms) },
    { label: "In", value: rate(rates.in), small: "/s" },
    { label: "Acked", value: rate(rates.ack), small: "/s" },
    { label: "Failed", value: rate(rates.fail), small: "/s", tone: rates.fail > 0 ? "bad" : null },
    { label: "Waiters", value: count(waiters) },
  ];
}

function actionsOf({ name, paused, sources, ready, delayed }) {
  const post = (rest, told) =>
    attempt(async () => {
      await call("POST", queuePath(name, rest), { body: {} });
      notice(told);
      await open();
    });
  return [
    sources.length > 0 ? linkButton("Workbench", link(["dead-letters", name]), { icon: "dead" }) : null,
    paused
      ? button("Resume", () => post("/resume", "Messages are handed out again"), { kind: "main" })
      : button("Pause", () => post("/pause", "Nothing is handed out until you resume")),
    button("Purge", () => purge(name, ready + delayed)),
    button("Delete", () => remove(name), { kind: "danger" }),
  ];
}

async function purge(name, many) {
  const text = `All ${count(many)} messages that wait in this queue are gone for ever; what is leased stays with its consumers.`;
  const submit = (reason) => call("POST", queuePath(name, "/purge"), { body: { what: "ready" }, reason });
  const done = await askByName({ title: `Purge ${line(name)}`, text, word: name, action: "Purge", submit });
  if (done === null) return;
  notice(`${count(done.purged)} messages are gone`);
  await open();
}

async function remove(name) {
  const submit = async (reason) => {
    await call("DELETE", queuePath(name), { reason });
    return true;
  };
  const text = "The queue and every message in it are gone for ever, also what consumers hold at this moment.";
  const done = await askByName({ title: `Delete ${line(name)}`, text, word: name, action: "Delete", submit });
  if (done === null) return;
  notice(`Queue ${name} is gone`);
  navigate("#/queues");
}

/** Charts, times and policies. */
async function overviewTab({ queue }) {
  const flow = chart("Messages per second", FLOW, rate);
  const depth = chart("Messages in the queue", DEPTH, short);
  const oldest = chart("Age of the oldest message", [{ key: "oldest_age", label: "oldest", tone: "dusk" }], (value) =>
    value === null ? "–" : duration(value),
  );
  const draw = () => {
    const samples = queueSeries(queue.name);
    flow.draw(samples);
    depth.draw(samples);
    oldest.draw(
      samples.map((sample) => ({
        ...sample,
        oldest_age: sample.oldest_ms === null ? null : Math.max(0, sample.at_ms - sample.oldest_ms),
      })),
    );
  };
  if (queueSeries(queue.name).length === 0) queueSeries(queue.name).push(sampleOf(queue));
  draw();
  const charts = h(
    "div",
    { class: "columns" },
    panel("Flow", { note: "messages per second" }, flow.element),
    panel("Depth", { note: "messages" }, depth.element),
    panel("Oldest", { note: "how long the oldest message waits" }, oldest.element),
    queue.wait_ms ? panel("Times", { note: "since the server started", inset: false }, percentiles(queue)) : null,
    panel("About", {}, aboutOf(queue)),
  );
  return { view: h("div", { class: "page" }, charts), told: draw };
}

function percentiles({ wait_ms, service_ms }) {
  const row = (title, key) =>
    h(
      "tr",
      null,
      h("td", null, title),
      [wait_ms, service_ms].map((those) =>
        h("td", { class: "number" }, those && those.count > 0 ? duration(those[key]) : "–"),
      ),
    );
  const rows = [row("half within", "p50"), row("95 % within", "p95"), row("99 % within", "p99"), row("longest", "max")];
  rows.push(
    h(
      "tr",
      null,
      h("td", null, "measured"),
      [wait_ms, service_ms].map((those) => h("td", { class: "number" }, those ? short(those.count) : "–")),
    ),
  );
  const made = table(
    "Times that messages took",
    [{ title: "" }, { title: "Wait for a consumer", class: "number" }, { title: "Consumer's work", class: "number" }],
    rows,
  );
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

async function sendTab({ queue, signal }) {
  const lately = h("p", { class: "soft", role: "status" });
  const form = sendForm({
    queue: queue.name,
    laned: queue.settings.order !== "standard",
    onSent: (ids) => setText(lately, `Sent: ${ids.join(", ")}`),
  });
  signal.throwIfAborted();
  return { view: panel("Send a message", {}, form, lately) };
}
