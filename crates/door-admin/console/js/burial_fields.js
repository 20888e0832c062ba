// The part of a queue's settings that says when messages are set aside, and where they go.
//
// What the form cannot say (a burial through a router) is shown and left as it is.

import { h } from "./dom.js";
import { checkField, choiceField, numberField, textField } from "./fields.js";
import { line } from "./text.js";

/** The group of fields for `settings.bury`: `read` returns their part of the settings. */
export function burial(settings) {
  const present = settings.bury ?? null;
  const elsewhere = present !== null && typeof present.dead_letter === "object" && present.dead_letter !== null;
  if (elsewhere) {
    const text = h(
      "p",
      { class: "whole" },
      "Through the router ",
      h("code", null, line(present.dead_letter.router) || "(none)"),
      ": change it with the client that made it.",
    );
    return { title: "Setting aside", fields: [{ element: text }], read: () => ({ bury: present }) };
  }
  const options = [
    ["off", "No: it comes back for ever"],
    ["queue", "Into a dead-letter queue"],
    ["nowhere", "It is dropped"],
  ];
  const where = choiceField(
    { label: "What keeps failing", name: "bury" },
    options,
    present === null ? "off" : present.dead_letter === null ? "nowhere" : "queue",
  );
  const target = textField({ label: "Dead-letter queue", name: "dead_letter" }, present?.dead_letter ?? "");
  const max = numberField(
    { label: "After so many", name: "max", none: true, min: 1, placeholder: "only when a consumer says so" },
    present ? present.max : 5,
  );
  const counted = choiceField(
    { label: "Counted by", name: "counted_by", hint: "Failures bring their error along, deliveries do not." },
    [
      ["failures", "failures"],
      ["deliveries", "deliveries"],
    ],
    present?.counted_by ?? "failures",
  );
  const expired = checkField({ label: "Set aside what is too old, too", name: "expired" }, present?.expired ?? false);
  const those = [target, max, counted, expired];
  const show = () => {
    for (const { element } of those) element.hidden = where.read() === "off";
    target.element.hidden = where.read() !== "queue";
  };
  where.input.addEventListener("change", show);
  show();
  const read = () => {
    if (where.read() === "off") return { bury: null };
    const dead_letter = where.read() === "queue" ? target.read() : null;
    return { bury: { counted_by: counted.read(), max: max.read(), dead_letter, expired: expired.read() } };
  };
  return { title: "Setting aside", fields: [where, ...those], read };
}
