// Redrives and how far they are: live while one runs.

import { h, replace } from "./dom.js";
import { call, get } from "./api.js";
import { attempt } from "./dialogs.js";
import { button, chip, panel } from "./panels.js";
import { clock, count, line, rate } from "./text.js";

const PAUSE_MS = 700;
const SHOWN_MAX = 8;
const TONES = { running: "sea", done: "moss", stopped: "buoy", failed: "buoy" };
const STAGES = { canary_1: "canary: the first one", canary_10: "canary: ten more", rest: "the rest" };

/** The redrives out of a queue, or all; hidden while there are none. `onEnd` runs when one has ended. */
export async function redrivesView(queue, signal, onEnd) {
  const list = h("div");
  const element = panel("Redrives", { inset: false }, list);
  element.setAttribute("aria-live", "polite");
  let running = new Set();
  const load = async () => {
    const { redrives } = await get("/v1/redrives", queue ? { queue } : {}, signal);
    const latest = redrives.toSorted((one, other) => other.started_ms - one.started_ms).slice(0, SHOWN_MAX);
    element.hidden = latest.length === 0;
    replace(
      list,
      latest.map((redrive) => row(redrive, load)),
    );
    const present = new Set(redrives.filter(({ state }) => state === "running").map(({ id }) => id));
    if ([...running].some((id) => !present.has(id))) onEnd?.();
    running = present;
  };
  const watch = async () => {
    if (signal.aborted) return;
    // What cannot be read this time is read the next.
    if (running.size > 0) await load().catch(() => {});
    setTimeout(watch, PAUSE_MS);
  };
  await load();
  void watch();
  return element;
}

function row(redrive, load) {
  const { id, state, stage, target, queue, to_move, moved, failed_again, kept, per_second, started_ms, why } = redrive;
  const share = to_move > 0 ? Math.min(100, (100 * moved) / to_move) : state === "done" ? 100 : 0;
  const stop =
    state === "running"
      ? button(
          "Cancel",
          () =>
            attempt(
              async () => (
                await call("POST", `/v1/redrives/${encodeURIComponent(id)}/cancel`, { body: {} }),
                await load()
              ),
            ),
          { small: true },
        )
      : null;
  const bar = h(
    "div",
    {
      class: "bar",
      data: state === "done" ? { tone: "good" } : state === "running" ? {} : { tone: "bad" },
      role: "progressbar",
      "aria-valuenow": Math.round(share),
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-label": "Moved",
    },
    h("span", { style: { width: `${share}%` } }),
  );
  const words = [
    `${count(moved)} of ${count(to_move)} moved`,
    failed_again ? `${count(failed_again)} failed again` : "",
    kept ? `${count(kept)} kept` : "",
    per_second ? `at most ${rate(per_second)}/s` : "",
    `since ${clock(started_ms)}`,
  ].filter(Boolean);
  return h(
    "div",
    { class: "redrive" },
    h(
      "span",
      { class: "breaks" },
      `${line(queue)} → ${target ? line(target) : "where each came from"} `,
      chip(line(state), TONES[state]),
      state === "running" && stage ? h("span", { class: "soft" }, ` ${STAGES[stage] ?? line(stage)}`) : null,
    ),
    stop ?? h("span"),
    bar,
    h(
      "div",
      { class: "facts-row" },
      words.map((text) => h("span", { class: text.includes("failed again") ? "bad" : "" }, text)),
      why ? h("span", { class: "breaks" }, line(why)) : null,
    ),
  );
}
