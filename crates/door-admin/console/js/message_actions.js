// What an operator can do with one message: release, set aside, delete, send back, send a changed copy.
//
// Invariant: each asks first and can be given a reason, which goes into the audit log; the server's refusal is shown where
// it was asked.

import { h } from "./dom.js";
import { call, messagePath } from "./api.js";
import { ask, notice, reasonField } from "./dialogs.js";
import { editAndRedrive, redriveOne, sendCopy } from "./edit_dialogs.js";
import { button } from "./panels.js";

/** Its buttons. `again` shows the message anew, `gone` follows its end. */
export function messageActions(message, again, gone) {
  const { id, state, origin } = message;
  const isReady = state === "ready";
  const act = (work, then) => () => work(message).then((done) => done !== null && then());
  return [
    origin ? button("Redrive", act(redriveOne, gone), { kind: "main" }) : null,
    origin ? button("Edit and redrive", act(editAndRedrive, gone)) : null,
    button("Send a copy", act(sendCopy, again)),
    isReady ? null : button("Release", act(() => release(id, state), again)),
    button("Bury", act(() => bury(id), gone)),
    button("Delete", act(() => remove(id), gone), { kind: "danger" }),
  ];
}

async function settle(told, asked) {
  const done = await ask(asked);
  if (done) notice(told);
  return done;
}

function release(id, state) {
  const text =
    state === "leased"
      ? "Its lease ends at once, and whoever comes next may receive it; the consumer that holds it can no longer acknowledge it."
      : "It does not wait for its time any more.";
  const submit = (reason) => call("POST", messagePath(id, "/release"), { body: {}, reason }).then(() => true);
  const asked = { title: "Release this message?", body: h("p", null, text), action: "Release", submit };
  return settle("It is ready to be received", asked);
}

function bury(id) {
  const submit = (reason) =>
    call("POST", messagePath(id, "/bury"), { body: reason ? { reason } : {}, reason }).then(() => true);
  const body = h("p", null, "It goes into its queue's dead-letter queue, now, whoever holds it.");
  const reason = reasonField("It travels with the message, and is kept in the audit log.");
  return settle("The message is set aside", { title: "Set this message aside?", body, action: "Bury", submit, reason });
}

function remove(id) {
  const submit = (reason) => call("DELETE", messagePath(id), { reason }).then(() => true);
  const body = h("p", null, "This message is gone for ever; a consumer that holds it can no longer acknowledge it.");
  const asked = { title: "Delete this message?", body, action: "Delete", kind: "final", submit };
  return settle("The message is gone", asked);
}
