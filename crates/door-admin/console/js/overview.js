// The overview: is it healthy, what is stuck, what moves; and how to connect.

import { h, replace } from "./dom.js";
import { get } from "./api.js";
import { chart } from "./charts.js";
import { doorsPanel } from "./doors.js";
import { onOverview, overviewSeries } from "./live.js";
import { button, chip, empty, figures, head, linkButton, page, panel } from "./panels.js";
import { repeatedly } from "./preferences.js";
import { createQueue } from "./create_queue.js";
import { link } from "./router.js";
import { age, bytes, count, duration, line, plural, rate, short, shortAge } from "./text.js";

/** Waiting longer than this is worth a look. */
const OLD_MS = 5 * 60_000;
/** Queues that are looked at in each order, and shown in all. */
const LOOKED_AT = 20;
const LISTED_MAX = 10;

/** The charts' lines, for the whole server and for one queue alike. */
export const FLOW = [
  { key: "in", label: "in", tone: "sea" },
  { key: "out", label: "out", tone: "lamp" },
  { key: "ack", label: "acknowledged", tone: "moss" },
  { key: "fail", label: "failed", tone: "buoy" },
];
export const DEPTH = [
  { key: "ready", label: "ready", tone: "sea" },
  { key: "leased", label: "leased", tone: "lamp" },
  { key: "delayed", label: "delayed", tone: "dusk" },
];

/** The page. */
export async function overviewPage({ signal }) {
  const [overview, attention] = await Promise.all([get("/v1/overview", {}, signal), findAttention(signal)]);
  const list = h("div");
  const totals = figures(totalsOf(overview));
  const flow = chart("Messages per second", FLOW, rate);
  const depth = chart("Messages in queues", DEPTH, short);
  const health = h("span", { class: "chips" });
  const show = (told) => {
    totals.update(totalsOf(told));
    replace(health, healthOf(told));
    flow.draw(overviewSeries());
    depth.draw(overviewSeries());
  };
  show(overview);
  showAttention(list, attention, overview);
  onOverview(signal, show);
  repeatedly(signal, async () => showAttention(list, await findAttention(signal), overview));
  const charts = h(
    "div",
    { class: "columns" },
    panel("Flow", { note: "messages per second" }, flow.element),
    panel("Depth", { note: "messages in queues" }, depth.element),
  );
  const actions = [
    linkButton("Send a message", "#/send", { icon: "send" }),
    button("Create a queue", createQueue, { kind: "main" }),
  ];
  const lower = h("div", { class: "columns" }, panel("Needs attention", { inset: false }, list), doorsPanel(overview));
  return { title: "Overview", view: page(head("Overview", { actions, after: health }), totals.element, charts, lower) };
}

function totalsOf({ queues, messages, dead_letters, oldest_ms, consumers, rates }) {
  const old = oldest_ms !== null && Date.now() - oldest_ms > OLD_MS && messages.ready > 0;
  return [
    { label: "Queues", value: count(queues) },
    { label: "Ready", value: short(messages.ready), swatch: "sea" },
    { label: "Leased", value: short(messages.leased), swatch: "lamp" },
    { label: "Delayed", value: short(messages.delayed), swatch: "dusk" },
    { label: "Oldest", value: shortAge(oldest_ms), tone: old ? "warn" : null },
    { label: "Failing", value: rate(rates.fail), small: "/s", tone: rates.fail > 0 ? "bad" : null },
    { label: "Dead letters", value: short(dead_letters), tone: dead_letters > 0 ? "bad" : null },
    { label: "Consumers", value: count(consumers) },
  ];
}

function healthOf({ store, phase, started_ms }) {
  if (store.healthy === false) return chip("store failed", "buoy");
  if (store.disk_full) return chip("disk full: sends are refused", "buoy");
  if (phase !== "ready") return chip(line(phase), "lamp");
  return [
    chip("healthy", "moss"),
    chip(`up ${duration(Date.now() - started_ms)}`),
    store.disk ? chip(`${bytes(store.disk.free_bytes)} free`) : null,
  ].filter(Boolean);
}

/** The first of each order that something is wrong with; who is paused is found among the fullest, where it matters. */
async function findAttention(signal) {
  const list = (query) => get("/v1/queues", { limit: LOOKED_AT, order: "desc", ...query }, signal);
  const [dead, failing, old, full] = await Promise.all([
    list({ kind: "dead_letter", sort: "ready" }),
    list({ sort: "fail" }),
    list({ sort: "oldest" }),
    list({ sort: "ready" }),
  ]);
  const found = new Map();
  for (const queue of [dead, failing, full, old].flatMap(({ queues }) => queues)) {
    const reasons = reasonsOf(queue);
    if (reasons.length > 0) found.set(queue.name, { queue, reasons });
  }
  return [...found.values()].slice(0, LISTED_MAX);
}

function reasonsOf({ ready, delayed, rates, paused, oldest_ms, sources }) {
  const aside = sources.length > 0;
  const isOld = !aside && ready > 0 && oldest_ms !== null && Date.now() - oldest_ms > OLD_MS;
  return [
    aside && ready + delayed > 0 ? { text: plural(ready + delayed, "dead letter"), tone: "buoy" } : null,
    rates.fail > 0 ? { text: `${rate(rates.fail)} failures/s`, tone: "buoy" } : null,
    paused ? { text: "paused", tone: "lamp" } : null,
    isOld ? { text: `waiting for ${age(oldest_ms)}`, tone: "lamp" } : null,
  ].filter(Boolean);
}

function showAttention(list, attention, overview) {
  if (overview.queues === 0 && attention.length === 0) {
    replace(
      list,
      empty("No queues yet", "A queue is made here, or by the first client that asks for one.", [
        button("Create a queue", createQueue, { kind: "main" }),
      ]),
    );
    return;
  }
  if (attention.length === 0) {
    replace(list, empty("All quiet", "Nothing fails, nothing waits for long, and no dead letters lie about."));
    return;
  }
  const rows = attention.map(({ queue, reasons }) => {
    const dead = queue.sources.length > 0;
    const href = dead ? link(["dead-letters", queue.name]) : link(["queue", queue.name]);
    return h(
      "li",
      null,
      h("a", { href }, line(queue.name)),
      h(
        "span",
        { class: "why chips" },
        reasons.map(({ text, tone }) => chip(text, tone)),
      ),
    );
  });
  replace(list, h("ul", { class: "attention" }, rows));
}
