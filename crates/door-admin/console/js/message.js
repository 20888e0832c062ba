// One message: what it is, why it is not delivered, what happened to it, and what can be done with it.

import { h } from "./dom.js";
import { get, messagePath as path } from "./api.js";
import { bodyView, headersView } from "./body.js";
import { messageActions } from "./message_actions.js";
import { chip, facts, head, page, panel, prose, stateChip } from "./panels.js";
import { link, navigate, open } from "./router.js";
import { age, clock, count, duration, line, words } from "./text.js";

/** The page of a message. */
export async function messagePage({ params, signal }) {
  const view = await messageView(params.id, { signal, again: open, gone: () => navigate("#/queues") });
  return {
    title: `Message ${line(params.id)}`,
    view: page(head(h("span", { class: "code" }, line(params.id)), { crumb: "Message" }), view),
  };
}

/** Everything about a message. `again` shows it anew after a change, `gone` follows its end. */
export async function messageView(id, { signal, again, gone }) {
  const [found, explanation] = await Promise.all([
    get(path(id), {}, signal),
    get(path(id, "/explain"), {}, signal).catch(passOver),
  ]);
  const { message, life, life_from_ms } = found;
  const lived = panel("Life", { note: life_from_ms ? `known since ${clock(life_from_ms)}` : "" }, lifeOf(life ?? []));
  const parts = [message?.origin ? whyAside(message.origin) : null, explanation ? why(explanation, message) : null];
  if (message) {
    const content = [panel("Body", {}, bodyView(message)), panel("Headers", {}, headersView(message.headers))];
    const about = [panel("Facts", {}, factsOf(message)), lived];
    if (message.origin) about.unshift(panel("Where it comes from", {}, originOf(message.origin)));
    parts.push(h("div", { class: "actions" }, messageActions(message, again, gone)));
    parts.push(
      h("div", { class: "columns" }, h("div", { class: "page" }, content), h("div", { class: "page" }, about)),
    );
  } else {
    parts.push(lived);
  }
  return h("div", { class: "page" }, parts);
}

function passOver(error) {
  if (error.name === "AbortError") throw error;
  return null;
}

const AWAITED = ["ready", "waiting_for_consumer"];
const CALM = ["ready", "acknowledged", "moved", "leased"];

/** Why a dead letter is one: what somebody who opens it wants to know first. */
function whyAside({ queue, reason, error, buried_ms }) {
  return h(
    "section",
    { class: "advice verdict", "aria-label": "Why it was set aside", data: { tone: "buoy" } },
    h("span", { class: "soft" }, "Why it was set aside ", chip(words(reason))),
    h("span", { class: error ? "text code" : "text" }, error ? line(error) : "No error was given."),
    h("span", { class: "soft" }, "Out of ", h("a", { href: link(["queue", queue]) }, line(queue)), `, ${age(buried_ms)} ago`),
  );
}

/** Why it is not delivered, in a sentence, and what to do. */
function why({ verdict, text, details, next }, message) {
  // Nobody is expected to consume dead letters.
  if (message?.origin && AWAITED.includes(verdict)) return null;
  const { moved_to: to, holder } = details ?? {};
  const moved = to?.id ? h("a", { href: link(["message", to.id]) }, "Where it is now") : null;
  const held = holder && holder.id !== message?.id ? h("a", { href: link(["message", holder.id]) }, "The message that holds it up") : null;
  const tone = verdict === "acknowledged" ? "moss" : CALM.includes(verdict) ? "sea" : null;
  return h(
    "section",
    { class: "advice verdict", "aria-label": "Why is it not delivered?", data: tone ? { tone } : {} },
    h("span", { class: "soft" }, "Why is it not delivered? ", chip(words(verdict))),
    h("span", { class: "text" }, prose(text)),
    next ? h("span", null, prose(next)) : null,
    moved,
    held,
  );
}

function factsOf(message) {
  const { lease } = message;
  const at = (time_ms) => (time_ms ? `${clock(time_ms)}, ${age(time_ms)} ago` : null);
  const until = (time_ms) => (time_ms ? `${clock(time_ms)}, in ${duration(Math.max(0, time_ms - Date.now()))}` : null);
  return facts([
    ["Queue", h("a", { href: link(["queue", message.queue]) }, line(message.queue))],
    ["State", stateChip(message.state)],
    ["Id", h("code", null, line(message.id))],
    [
      "Its producer knows it as",
      message.original_id && message.original_id !== message.id ? h("code", null, line(message.original_id)) : null,
    ],
    ["Place", count(message.seq)],
    [
      "Published",
      [
        at(message.published_ms),
        message.door ? ` through ${line(message.door)}` : "",
        message.sender ? ` by ${line(message.sender)}` : "",
      ],
    ],
    ["Due", until(message.due_ms)],
    ["Expires", until(message.expires_ms)],
    ["Leased", lease ? [at(lease.since_ms), lease.consumer ? ` to ${line(lease.consumer)}` : ""] : null],
    ["Lease ends", lease?.deadline_ms ? until(lease.deadline_ms) : lease ? "with its session" : null],
    ["Delivered", count(message.deliveries)],
    ["Failed", count(message.failures)],
    ["Lane", message.lane ? h("code", null, line(message.lane)) : null],
    ["Dedup id", message.dedup ? h("code", null, line(message.dedup)) : null],
    ["Priority", message.priority ? String(message.priority) : null],
  ]);
}

function originOf(origin) {
  const deaths = (origin.deaths ?? []).map(({ queue, reason, count: times, first_ms }) =>
    h(
      "div",
      null,
      `${words(reason)} in ${line(queue)}, ${times === 1 ? "once" : `${count(times)} times`}, first ${clock(first_ms)}`,
    ),
  );
  return facts([
    ["From", h("a", { href: link(["queue", origin.queue]) }, line(origin.queue))],
    ["Tried there", `${count(origin.deliveries)} deliveries, ${count(origin.failures)} failures`],
    ["First published", clock(origin.published_ms)],
    ["Set aside", clock(origin.buried_ms)],
    ["All it died of", deaths.length > 0 ? deaths : null],
  ]);
}

const TONES = {
  published: "sea",
  delivered: "lamp",
  acked: "moss",
  failed: "buoy",
  lease_expired: "buoy",
  rejected: "buoy",
  buried: "buoy",
  expired: "buoy",
  dropped: "buoy",
  redriven: "sea",
};

function lifeOf(life) {
  if (life.length === 0)
    return h("p", { class: "soft" }, "Nothing is known of it: the history has rolled on, or is switched off.");
  const rows = life.map((moment) => {
    const more = [
      moment.door ? `through ${line(moment.door)}` : "",
      moment.consumer ? `${moment.what === "delivered" ? "to" : "by"} ${line(moment.consumer)}` : "",
      moment.attempt ? `attempt ${moment.attempt}` : "",
      moment.reason ? line(moment.reason) : "",
    ]
      .filter(Boolean)
      .join(", ");
    const to = moment.to
      ? [" to ", h("a", { href: link(["message", moment.to.id]) }, line(moment.to.queue ?? "a queue that is gone"))]
      : null;
    return h(
      "li",
      { data: TONES[moment.what] ? { tone: TONES[moment.what] } : {} },
      h("time", { title: new Date(moment.at_ms).toString() }, clock(moment.at_ms)),
      h(
        "span",
        { class: "breaks" },
        h("b", null, words(moment.what)),
        to,
        more ? h("span", { class: "soft" }, ` ${more}`) : null,
      ),
    );
  });
  return h("ol", { class: "life" }, rows);
}
