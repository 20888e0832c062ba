// The dialogs that send dead letters back, or drop them, many at a time.
//
// Invariant: the numbers that are confirmed are those of a dry run over the same filter; the server refuses a drop whose
// count has changed meanwhile.

import { h, replace } from "./dom.js";
import { call, queuePath } from "./api.js";
import { ask, askByName, notice } from "./dialogs.js";
import { checkField, numberField, textField } from "./fields.js";
import { button, trouble } from "./panels.js";
import { count as spell, line, plural } from "./text.js";

/** How many messages a filter means, where they would go, and a few of them. */
export function count(queue, filter, target) {
  return call("POST", queuePath(queue, "/redrives"), {
    body: { filter, dry_run: true, ...(target ? { target } : {}) },
  });
}

/** Asks how, and starts a redrive. */
export async function redrive(queue, filter) {
  const target = textField({ label: "To", placeholder: "each back to where it came from", name: "target" });
  const speed = numberField(
    { label: "At most so many per second", none: true, min: 1, placeholder: "as fast as it goes" },
    null,
  );
  const canary = checkField(
    { label: "Canary", hint: "one first, then ten, then the rest; it stops by itself when they fail again" },
    true,
  );
  const found = h("div", { class: "advice", data: { tone: "sea" }, role: "status" }, "Counting…");
  const preview = async () => {
    try {
      const { matched, by_target } = await count(queue, filter, target.read());
      const places = Object.entries(by_target ?? {}).map(([name, many]) => `${spell(many)} to ${line(name)}`);
      replace(found, matched === 0 ? "Nothing matches." : `${plural(matched, "message")}: ${places.join(", ")}`);
    } catch (error) {
      replace(found, trouble(error));
    }
  };
  const body = h(
    "div",
    { class: "form" },
    found,
    h("div", { class: "fields" }, target.element, speed.element, canary.element),
  );
  const submit = (reason) =>
    call("POST", queuePath(queue, "/redrives"), {
      reason,
      body: {
        filter,
        canary: canary.read(),
        ...(target.read() ? { target: target.read() } : {}),
        ...(speed.read() ? { per_second: speed.read() } : {}),
      },
    });
  const asked = ask({
    title: filter.fingerprint ? "Redrive this group" : `Redrive from ${line(queue)}`,
    body,
    action: "Redrive",
    submit,
    extra: [button("Dry run", preview)],
  });
  void preview();
  const started = await asked;
  if (started) notice("The redrive has started");
  return started;
}

/** Counts, asks for the count to be typed, and drops. */
export async function drop(queue, filter) {
  const { matched } = await count(queue, filter).catch((error) => {
    notice(error.message, "bad");
    return { matched: 0 };
  });
  if (matched === 0) return null;
  const submit = (reason) => call("POST", queuePath(queue, "/drop"), { body: { filter, confirm: matched }, reason });
  const done = await askByName({
    title: `Drop ${plural(matched, "message")}`,
    text: "They are gone for ever.",
    word: String(matched),
    action: "Drop",
    submit,
  });
  if (done) notice(`${plural(done.dropped, "message")} dropped`);
  return done;
}
