// The dialogs that send one message on: a dead letter back as it is or edited, any message as a copy.
//
// Invariant: what was left alone is sent as it was, to the byte.

import { h } from "./dom.js";
import { call, messagePath, queuePath } from "./api.js";
import { ask, notice } from "./dialogs.js";
import { field, textField } from "./fields.js";
import { headersForm } from "./headers_form.js";
import { line } from "./text.js";

/** Sends one dead letter back as it is. */
export async function redriveOne(message) {
  const target = targetField(message);
  const body = h("div", { class: "form" }, h("p", null, "It leaves this queue and is tried again."), target.element);
  const submit = (reason) => redrive(message, { target, reason });
  return told(await ask({ title: "Redrive this message?", body, action: "Redrive", submit }));
}

/** Sends one dead letter back, with another body or headers. */
export async function editAndRedrive(message) {
  const edited = editForm(message, targetField(message));
  const text = "A copy with your changes is sent, and this one leaves, in one step.";
  const body = h("div", { class: "form" }, h("p", { class: "soft" }, text), edited.element);
  const submit = (reason) => redrive(message, { target: edited.target, edit: edited.changes(), reason });
  return told(await ask({ title: "Edit and redrive", body, action: "Redrive", wide: true, submit }));
}

/** Sends a copy, edited or not; the message stays where it is. */
export async function sendCopy(message) {
  const edited = editForm(message, textField({ label: "To", required: true }, message.origin?.queue ?? message.queue));
  const text = "A new message is sent. This one stays where it is.";
  const body = h("div", { class: "form" }, h("p", { class: "soft" }, text), edited.element);
  const submit = async (reason) => {
    const queue = edited.target.read();
    const { lane, priority } = message;
    const copy = { ...edited.whole(), ...(lane ? { lane } : {}), ...(priority ? { priority } : {}) };
    const { ids } = await call("POST", queuePath(queue, "/messages"), { body: copy, reason });
    return { queue, id: ids[0] };
  };
  return told(await ask({ title: "Send a copy", body, action: "Send", wide: true, submit }));
}

function redrive({ id }, { target, edit, reason }) {
  const to = target.read();
  const body = { ...(edit ? { edit } : {}), ...(to ? { target: to } : {}) };
  return call("POST", messagePath(id, "/redrive"), { body, reason });
}

function told(sent) {
  if (sent) notice(`Sent to ${sent.queue} as ${sent.id}`);
  return sent;
}

function targetField({ origin }) {
  return textField({ label: "To", placeholder: origin ? line(origin.queue) : "its queue" });
}

/**
 * Fields for a message's body and headers, and where it goes. `whole` reads them all, `changes` what differs from the
 * message: what an edit does not name stays as it was.
 */
function editForm(message, target) {
  const name = message.body_base64 === undefined ? "body" : "body_base64";
  const text = h("textarea", { spellcheck: "false", value: message[name] });
  const body = field({ label: name === "body" ? "Body" : "Body, in base64", input: text, whole: true });
  const headers = headersForm(message.headers);
  const element = h(
    "div",
    { class: "form" },
    body.element,
    h("div", { class: "field" }, h("span", { class: "label" }, "Headers"), headers.element),
    target.element,
  );
  // A text area turns every line end into one of its own, so what it shows at first may differ from the body.
  const shown = text.value;
  const isEdited = () => text.value !== shown;
  const whole = () => ({ [name]: isEdited() ? text.value : message[name], headers: headers.read() });
  const changes = () => ({
    ...(isEdited() ? { [name]: text.value } : {}),
    headers: differences(message.headers, headers.read()),
  });
  return { element, target, whole, changes };
}

/** The headers to set, and `null` for those to take away. */
function differences(before, after) {
  const set = Object.entries(after).filter(([name, value]) => !isSame(value, before[name]));
  const gone = Object.keys(before).filter((name) => !(name in after));
  return Object.fromEntries([...set, ...gone.map((name) => [name, null])]);
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
