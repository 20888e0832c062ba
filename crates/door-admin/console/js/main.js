// Puts the console together: pages and their addresses, the side, sign-in, shortcuts, the pulse.

import { h, icon, replace, setText } from "./dom.js";
import { connect, onOverview, onState } from "./live.js";
import { start } from "./router.js";
import { setTheme, theme, THEMES } from "./preferences.js";
import { count, duration, short } from "./text.js";
import { shortcuts, showShortcuts } from "./shortcuts.js";
import { askForCredentials } from "./signin.js";
import { signInWith } from "./api.js";
import { overviewPage } from "./overview.js";
import { queuesPage } from "./queues.js";
import { queuePage } from "./queue.js";
import { messagePage } from "./message.js";
import { sendPage } from "./send.js";
import { deadLettersPage } from "./dead_letters.js";
import { workbenchPage } from "./workbench.js";
import { connectionsPage } from "./connections.js";
import { consumersPage } from "./consumers.js";
import { storePage } from "./store.js";
import { settingsPage } from "./settings.js";

const SECTIONS = [
  ["overview", "Overview", "#/", "overview"],
  ["queues", "Queues", "#/queues", "queues"],
  ["dead", "Dead letters", "#/dead-letters", "dead"],
  ["clients", "Consumers", "#/consumers", "clients"],
  ["store", "Store", "#/store", "store"],
  ["settings", "Settings", "#/settings", "settings"],
];

const ROUTES = [
  { path: "/", section: "overview", page: overviewPage },
  { path: "/queues", section: "queues", page: queuesPage },
  { path: "/queue/:queue/:tab?", section: "queues", page: queuePage },
  { path: "/message/:id", section: "queues", page: messagePage },
  { path: "/send", section: "queues", page: sendPage },
  { path: "/dead-letters", section: "dead", page: deadLettersPage },
  { path: "/dead-letters/:queue", section: "dead", page: workbenchPage },
  { path: "/consumers", section: "clients", page: consumersPage },
  { path: "/connections", section: "clients", page: connectionsPage },
  { path: "/store", section: "store", page: storePage },
  { path: "/settings", section: "settings", page: settingsPage },
];

/** The side's links, and how many dead letters wait. */
function side() {
  const tally = h("span", { class: "tally" });
  const anchors = SECTIONS.map(([section, title, href, drawing]) => {
    const more = section === "dead" ? tally : null;
    const [first, ...rest] = title.split(" ");
    const words = h("span", null, first, rest.length ? h("span", { class: "rarely" }, ` ${rest.join(" ")}`) : null);
    return h("a", { href, data: { section }, "aria-label": title }, icon(drawing), words, more);
  });
  replace(document.getElementById("nav"), anchors);
  onOverview(null, ({ dead_letters: waiting }) => {
    setText(tally, waiting ? short(waiting) : "");
    tally.title = waiting ? `${count(waiting)} dead letters` : "";
  });
}

/** The line that tells whether figures are live. */
function pulse() {
  const [element, text] = [document.getElementById("pulse"), document.getElementById("pulse-text")];
  let version = "";
  let state = "connecting";
  const show = () => {
    element.dataset.state = state;
    setText(text, state === "live" ? `live · ${version}` : state === "away" ? "no answer, trying again" : "connecting");
  };
  onState(null, (present) => {
    state = present;
    show();
  });
  onOverview(null, (told) => {
    version = told.version;
    element.title = `up for ${duration(Date.now() - told.started_ms)}`;
    show();
  });
}

function tools() {
  const button = document.getElementById("theme");
  const say = () => button.setAttribute("aria-label", `Theme: ${theme()}`);
  const turn = () => {
    setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
    setText(button, theme() === "system" ? "Auto" : theme() === "light" ? "Light" : "Dark");
    say();
  };
  setText(button, theme() === "system" ? "Auto" : theme() === "light" ? "Light" : "Dark");
  say();
  button.addEventListener("click", turn);
  document.getElementById("help").addEventListener("click", () => showShortcuts());
  document.getElementById("skip").addEventListener("click", () => document.getElementById("main").focus());
}

side();
pulse();
tools();
shortcuts();
signInWith(askForCredentials);
await start(ROUTES);
connect();
