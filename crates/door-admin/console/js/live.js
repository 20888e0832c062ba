// What the server tells as it happens: one stream for the whole page, and the last minutes of what it told.
//
// What it is not: a source of truth; pages read what they show first, and the stream keeps it fresh. Invariants: one
// stream at a time (browsers give a host six connections), none while nobody looks; a broken one comes back.

import { get, queuePath } from "./api.js";
import { repeatedly } from "./preferences.js";
import { keepFollowing } from "./stream.js";

/** How far back charts look. */
export const WINDOW_MS = 10 * 60_000;

const SERIES_MAX = 12;

const listeners = { overview: new Set(), queue: new Map(), state: new Set() };
const series = { overview: [], queue: new Map() };
let latest = null;
let stream = null;
let state = "connecting";

/** Tells every overview, the latest at once, until `signal`. */
export function onOverview(signal, listener) {
  if (latest) listener(latest);
  listeners.overview.add(listener);
  signal?.addEventListener("abort", () => listeners.overview.delete(listener));
}

/** Tells every figure of one queue until `signal`. */
export function onQueue(name, signal, listener) {
  const those = listeners.queue.get(name) ?? new Set();
  listeners.queue.set(name, those.add(listener));
  if (fitsInList(name)) connect();
  else repeatedly(signal, async () => take("queue", await get(queuePath(name), {}, signal)));
  signal.addEventListener("abort", () => {
    those.delete(listener);
    if (those.size === 0) listeners.queue.delete(name);
  });
}

/** Tells `live`, `connecting` or `away`, at once and at each change, until `signal`. */
export function onState(signal, listener) {
  listener(state);
  listeners.state.add(listener);
  signal?.addEventListener("abort", () => listeners.state.delete(listener));
}

/** What was told of the whole server in the last minutes. */
export function overviewSeries() {
  return series.overview;
}

/** What was told of a queue in the last minutes. */
export function queueSeries(name) {
  if (!series.queue.has(name)) {
    if (series.queue.size >= SERIES_MAX) series.queue.delete(series.queue.keys().next().value);
    series.queue.set(name, []);
  }
  return series.queue.get(name);
}

/** Opens the stream, for what is listened to at this moment. */
export function connect() {
  stream?.abort();
  stream = new AbortController();
  if (!document.hidden) void run(stream.signal);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stream?.abort();
  else connect();
});

function run(signal) {
  const queryOf = () => ({ queues: [...listeners.queue.keys()].filter(fitsInList).join(",") });
  return keepFollowing("/v1/events", queryOf, signal, { tell: take, pass });
}

/** The stream takes names in a list, where a comma ends one. */
function fitsInList(name) {
  return !name.includes(",");
}

function take(event, told) {
  if (event === "overview") {
    latest = told;
    keep(series.overview, { at_ms: Date.now(), ...told.messages, ...told.rates, oldest_ms: told.oldest_ms });
    for (const listener of listeners.overview) listener(told);
  } else if (event === "queue") {
    keep(queueSeries(told.name), sampleOf(told));
    for (const listener of listeners.queue.get(told.name) ?? []) listener(told);
  }
}

/** A queue's figures as a point of its charts. */
export function sampleOf(queue) {
  const { ready, delayed, leased, rates, oldest_ms } = queue;
  return { at_ms: Date.now(), ready, delayed, leased, ...rates, oldest_ms };
}

function keep(samples, sample) {
  samples.push(sample);
  const since_ms = sample.at_ms - WINDOW_MS;
  while (samples[0].at_ms < since_ms) samples.shift();
}

function pass(to) {
  if (state === to) return;
  state = to;
  for (const listener of listeners.state) listener(to);
}
