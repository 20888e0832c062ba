// One queue: its figures and charts, and the tabs for its messages, its settings and sending.

import { h, replace, setText } from "./dom.js";
import { call, get, queuePath } from "./api.js";
import { askByName, attempt, notice } from "./dialogs.js";
import { onQueue } from "./live.js";
import { messagesTab } from "./messages.js";
import { button, figures, head, linkButton, page, panel, tabs } from "./panels.js";
import { overviewTab } from "./queue_overview.js";
import { sendForm } from "./send.js";
import { settingsTab } from "./queue_settings.js";
import { tailTab } from "./tail.js";
import { link, navigate, open } from "./router.js";
import { count, line, rate, shortAge } from "./text.js";
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
