// Keys that save the mouse: one letter, or `g` and a letter.
//
// Invariant: none works while somebody types or a dialog is open, and none changes anything.

import { h } from "./dom.js";
import { navigate } from "./router.js";
import { sheet } from "./dialogs.js";

const PLACES = {
  o: ["#/", "overview"],
  q: ["#/queues", "queues"],
  d: ["#/dead-letters", "dead letters"],
  c: ["#/consumers", "consumers"],
  s: ["#/store", "store"],
  e: ["#/settings", "settings"],
  n: ["#/send", "send a message"],
};
const SECOND_KEY_MS = 1200;

/** Listens. */
export function shortcuts() {
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event.target) ||
      document.querySelector("dialog[open]")
    )
      return;
    const place = Date.now() - going < SECOND_KEY_MS ? PLACES[event.key] : undefined;
    going = event.key === "g" ? Date.now() : 0;
    if (place) navigate(place[0]);
    else if (event.key === "?") showShortcuts();
    else if (event.key === "/") focusSearch();
    else return;
    event.preventDefault();
  });
}

function isTyping(target) {
  return target.matches?.("input:not([type=checkbox]), textarea, select") ?? false;
}

function focusSearch() {
  const search = document.querySelector("main input[type=search]");
  if (search) search.select();
  if (search) search.focus();
  else navigate("#/queues");
}

/** Shows them. */
export function showShortcuts() {
  const keys = (...names) => names.map((name) => [h("kbd", null, name), " "]);
  const rows = [
    [keys("/"), "search on this page"],
    ...Object.entries(PLACES).map(([key, [, name]]) => [keys("g", key), name]),
    [keys("?"), "this list"],
    [keys("Esc"), "close what is open"],
  ];
  sheet(
    "Keyboard shortcuts",
    h(
      "dl",
      { class: "facts" },
      rows.map(([term, text]) => [h("dt", null, term), h("dd", null, text)]),
    ),
  );
}
