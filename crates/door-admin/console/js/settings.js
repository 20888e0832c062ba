// What this browser shows and how; who the server's users are; what was changed, and by whom.

import { h, replace } from "./dom.js";
import { forgetCredentials, get, signedInAs } from "./api.js";
import { choiceField } from "./fields.js";
import { button, cell, chip, empty, head, linkButton, page, panel, table, trouble } from "./panels.js";
import { pace, PACES_MS, repeatedly, setPace, setTheme, theme, THEMES } from "./preferences.js";
import { clock, duration, excerpt, line, words } from "./text.js";

const AUDIT_ROWS = 50;
const DETAILS_CHARACTERS = 300;

/** The page. */
export async function settingsPage({ signal }) {
  const [users, audit] = [h("div"), h("div")];
  const show = async (place, path, make) => {
    try {
      replace(place, make(await get(path, path.endsWith("audit") ? { limit: AUDIT_ROWS } : {}, signal)));
    } catch (error) {
      // Who may manage some queues only may see neither.
      if (error.status !== 403) throw error;
      replace(place, h("div", { class: "inside" }, trouble(error)));
    }
  };
  const refresh = () => show(audit, "/v1/audit", auditOf);
  await Promise.all([show(users, "/v1/users", usersOf), refresh()]);
  repeatedly(signal, refresh);
  const lower = [
    panel("Users", { note: "as the server's configuration has them", inset: false }, users),
    panel("Changes", { note: "the audit log, newest first", inset: false }, audit),
  ];
  return {
    title: "Settings",
    view: page(
      head("Settings", { actions: [linkButton("API document", "/openapi.json")] }),
      panel("This browser", {}, browserForm()),
      lower,
    ),
  };
}

function browserForm() {
  const words = { system: "As the system", light: "Light", dark: "Dark" };
  const look = choiceField(
    { label: "Theme" },
    THEMES.map((name) => [name, words[name]]),
    theme(),
  );
  look.input.addEventListener("change", () => setTheme(look.read()));
  const speed = choiceField(
    { label: "Lists are read again" },
    PACES_MS.map((pause_ms) => [pause_ms, pause_ms === 0 ? "never" : `every ${duration(pause_ms)}`]),
    pace(),
  );
  speed.input.addEventListener("change", () => setPace(Number(speed.read())));
  const name = signedInAs();
  const leave = () => {
    forgetCredentials();
    location.reload();
  };
  const session = name
    ? h(
        "div",
        { class: "field" },
        h("span", { class: "label" }, `Signed in as ${line(name)}`),
        button("Sign out", leave),
      )
    : null;
  return h("div", { class: "fields" }, look.element, speed.element, session);
}

function usersOf({ users }) {
  if (users.length === 0)
    return empty(
      "No users",
      "Whoever reaches this server may do everything. Users are added in its configuration, under [[users]].",
    );
  const rows = users.map(({ name, keys, permissions }) =>
    h(
      "tr",
      null,
      h("th", { scope: "row", class: "name" }, line(name)),
      cell(
        Array.isArray(keys)
          ? keys.map((key) =>
              h("div", { class: "code breaks" }, line(typeof key === "string" ? key : JSON.stringify(key))),
            )
          : String(keys),
      ),
      cell(
        permissions.map(({ queues, may }) =>
          h(
            "div",
            null,
            h("code", null, line(queues)),
            " ",
            h(
              "span",
              { class: "chips" },
              may.map((right) => chip(line(right))),
            ),
          ),
        ),
      ),
    ),
  );
  return table("Users", [{ title: "Name" }, { title: "Keys" }, { title: "May" }], rows).element;
}

function auditOf({ entries }) {
  if (entries.length === 0)
    return empty("No changes yet", "Every change through this port is noted here, with who made it.");
  const columns = [{ title: "When" }, { title: "What" }, { title: "Who", class: "rarely" }, { title: "Outcome" }];
  return table("Changes", columns, entries.map(changeRow)).element;
}

function changeRow({ at_ms, user, peer, action, queue, remark, details, outcome }) {
  const about = Object.entries(details ?? {}).map(([name, value]) => `${words(name)} ${spell(value)}`);
  const what = [
    h("div", null, h("b", null, words(action)), queue ? ` ${line(queue)}` : ""),
    remark ? h("div", { class: "soft" }, line(remark)) : null,
    about.length > 0 ? h("div", { class: "faint" }, excerpt(about.join(", "), DETAILS_CHARACTERS)) : null,
  ];
  return h(
    "tr",
    null,
    cell(clock(at_ms), "nowrap"),
    cell(what, "breaks"),
    cell([line(user ?? "anyone"), h("div", { class: "faint" }, line(peer ?? ""))], "rarely"),
    cell(chip(words(outcome), outcome === "done" ? "moss" : "buoy")),
  );
}

function spell(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
