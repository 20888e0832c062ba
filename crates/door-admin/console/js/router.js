// From the address behind `#` to a page, and back.
//
// A page is a function `({ params, query, signal }) -> { title, view }`. It answers once it has something to show: until
// then the page before it stays, so nothing jumps and nothing spins; only after 200 ms a thin line says that something
// is on its way. Invariants: `signal` ends when the page is left, and everything a page started ends with it; a page that
// could not be shown because nobody answered opens by itself once somebody does.

import { h, replace } from "./dom.js";
import { onState } from "./live.js";
import { trouble } from "./panels.js";
import { isPassing } from "./stream.js";

const PATIENCE_MS = 200;

let routes = [];
let leave = new AbortController();
let opened = 0;

/** `#/queues?sort=ready` out of parts. */
export function link(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const question = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${parts.map(encodeURIComponent).join("/")}${question}`;
}

/** Goes to another page. */
export function navigate(target) {
  location.hash = target;
}

/** Says in the address what the page shows already, without opening it again. */
export function rewrite(target, { keepBefore = false } = {}) {
  history[keepBefore ? "pushState" : "replaceState"](null, "", target);
}

/** Opens the page of the address, and every further one. */
export function start(table) {
  routes = table;
  addEventListener("hashchange", () => void open());
  return open();
}

/** Opens the present address anew. */
export async function open() {
  leave.abort();
  leave = new AbortController();
  const [mine, { signal }] = [++opened, leave];
  const { route, params, query } = find(location.hash);
  markPresent(route);
  const progress = document.getElementById("progress");
  const slow = setTimeout(() => (progress.hidden = false), PATIENCE_MS);
  let page;
  try {
    page = await route.page({ params, query, signal });
  } catch (error) {
    page = failed(error);
    if (isPassing(error)) openWhenBack(signal);
  } finally {
    if (mine === opened) progress.hidden = true;
    clearTimeout(slow);
  }
  if (mine === opened) show(page);
}

function openWhenBack(signal) {
  let was = null;
  onState(signal, (state) => {
    if (state === "live" && was !== null && was !== "live") void open();
    was = state;
  });
}

function find(hash) {
  const [path, question] = hash.replace(/^#\/?/, "").split("?");
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(plain);
  const query = Object.fromEntries(new URLSearchParams(question ?? ""));
  for (const route of routes) {
    const params = match(route.path, parts);
    if (params) return { route, params, query };
  }
  return { route: { page: unknown }, params: {}, query };
}

function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function match(pattern, parts) {
  const wanted = pattern.split("/").filter((part) => part !== "");
  const params = {};
  const fits = wanted.every((part, at) => {
    if (!part.startsWith(":")) return part === parts[at];
    const name = part.slice(1).replace("?", "");
    params[name] = parts[at];
    return parts[at] !== undefined || part.endsWith("?");
  });
  return fits && parts.length <= wanted.length ? params : null;
}

function markPresent(route) {
  for (const anchor of document.querySelectorAll("#nav a")) {
    if (anchor.dataset.section === route.section) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

function show(page) {
  const main = document.getElementById("main");
  document.title = `${page.title} · Longshore`;
  replace(main, page.view);
  scrollTo(0, 0);
  // Where tabs do not fit side by side, the present one is in sight.
  main.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  // A screen reader goes on from the new page's title, the keyboard from its beginning.
  const target = main.querySelector("[autofocus]") ?? main.querySelector("h1") ?? main;
  if (target.tagName === "H1") target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

function failed(error) {
  if (error.name === "AbortError") return { title: "…", view: h("div") };
  const again = h("button", { class: "button", type: "button", on: { click: () => void open() } }, "Try again");
  const title = { 403: "Not allowed", 404: "Not here" }[error.status] ?? "That did not work";
  return {
    title,
    view: h("div", { class: "page" }, h("h1", null, title), trouble(error), h("div", { class: "actions" }, again)),
  };
}

function unknown() {
  const view = h(
    "div",
    { class: "page" },
    h("h1", null, "No such page"),
    h("p", null, h("a", { href: "#/" }, "To the overview")),
  );
  return { title: "No such page", view };
}
