// The workbench of one dead-letter queue: what failed, grouped by how; look inside, send back, drop.

import { h, replace, setText } from "./dom.js";
import { get, queuePath } from "./api.js";
import { attempt, sheet } from "./dialogs.js";
import { COLUMNS, messageRow } from "./messages.js";
import { button, chip, empty, head, linkButton, page, table } from "./panels.js";
import { count as dryRun, drop, redrive } from "./redrive_dialogs.js";
import { redrivesView } from "./redrives.js";
import { link, open } from "./router.js";
import { age, count, excerpt, line, plural, words } from "./text.js";

/** The page. */
export async function workbenchPage({ params, query, signal }) {
  const name = params.queue;
  const filter = { text: query.text || undefined };
  const list = h("div");
  const status = h("span", { class: "soft", role: "status" });
  const load = async () => {
    const found = await readGroups(name, filter, signal);
    const many = found.groups.reduce((sum, group) => sum + group.count, 0);
    setText(
      status,
      `${plural(many, "message")} in ${plural(found.groups.length, "group")}${found.complete ? "" : `; the first ${count(found.scanned)} were looked at`}`,
    );
    replace(list, groupsOf(name, filter, found, load));
  };
  await load();
  const search = h("input", {
    type: "search",
    class: "search",
    value: query.text ?? "",
    placeholder: "Search in bodies and errors",
    "aria-label": "Search in bodies and errors",
  });
  const form = h(
    "form",
    { class: "tools", role: "search" },
    search,
    h("button", { type: "submit", class: "button" }, "Search"),
    button("Refresh", () => attempt(load), { kind: "quiet" }),
    status,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = link(["dead-letters", name], { text: search.value });
  });
  const actions = [
    linkButton("Messages", link(["queue", name, "messages"])),
    button("Drop all", () => drop(name, filter).then((done) => done && load()), { kind: "danger" }),
    button("Redrive all", () => redrive(name, filter).then((started) => started && open()), { kind: "main" }),
  ];
  const redrives = await redrivesView(name, signal, () => attempt(load));
  const crumb = h("a", { href: "#/dead-letters" }, "Dead letters");
  return {
    title: line(name),
    view: page(
      head(line(name), { crumb, actions }),
      form,
      redrives,
      h("section", { class: "panel groups", "aria-label": "Groups of failures" }, list),
    ),
  };
}

function readGroups(name, filter, signal) {
  return get(queuePath(name, "/failures"), filter, signal);
}

function groupsOf(name, filter, { groups, complete }, load) {
  if (groups.length === 0) {
    const title = filter.text ? "No such failure" : complete ? "No dead letters" : "None so far";
    return empty(
      title,
      filter.text
        ? "Nothing in here has that in its body or its error."
        : "Nothing in this queue waits for you. What fails from here on shows up by itself.",
    );
  }
  return h(
    "ul",
    null,
    groups.map((group) => groupRow(name, { ...filter, fingerprint: group.fingerprint }, group, load)),
  );
}

function groupRow(name, filter, group, load) {
  const error = group.error
    ? h("div", { class: "error", title: line(group.error_sample ?? "") }, excerpt(group.error, 300))
    : h("div", { class: "soft" }, "No error was given");
  const times = `newest ${age(group.newest_ms)} ago, oldest ${age(group.oldest_ms)} ago, tried up to ${plural(group.deliveries_max, "time")}`;
  const marks = [
    chip(words(group.reason), "buoy"),
    chip(`from ${line(group.origin ?? "?")}`),
    h("span", { class: "soft" }, times),
  ];
  // Failures of too many kinds to tell apart are one group without a fingerprint: no filter means just them.
  const tools = group.fingerprint ? groupTools(name, filter, group, load) : null;
  return h(
    "li",
    { class: "group" },
    h("b", { class: "many" }, count(group.count)),
    h("div", { class: "about" }, error, h("div", { class: "chips" }, marks)),
    h("div", { class: "actions" }, tools),
  );
}

function groupTools(name, filter, group, load) {
  return [
    button("Look inside", () => attempt(() => lookInside(name, filter, group)), { small: true }),
    button("Drop", () => drop(name, filter).then((done) => done && load()), { small: true, kind: "danger" }),
    button("Redrive", () => redrive(name, filter).then((started) => started && open()), { small: true, kind: "main" }),
  ];
}

/** A few of a group's messages, each of which opens. */
async function lookInside(name, filter, group) {
  const { sample, matched } = await dryRun(name, filter);
  const close = sheet(group.error ? excerpt(group.error, 80) : words(group.reason), [
    h(
      "p",
      { class: "soft" },
      `${count(sample.length)} of ${plural(matched, "message")}. Open one to edit and redrive it.`,
    ),
    table("Some of the group's messages", COLUMNS, sample.map((message) => messageRow(message))).element,
  ]);
  addEventListener("hashchange", close, { once: true });
}
