// Dialogs that ask, notices that tell.
//
// Invariants: a dialog that changes something stays open until the server said yes, and shows its no; what destroys asks
// for the name to be typed; why something is done is asked where it is done. Focus goes back to where it was (the
// browser's `<dialog>` sees to that).

import { h, icon, replace } from "./dom.js";
import { REASON_CHARACTERS_MAX } from "./api.js";
import { button, showTrouble } from "./panels.js";
import { field, textField } from "./fields.js";
import { line } from "./text.js";

const NOTICE_MS = 6000;

/** Says something that needs no answer. */
export function notice(text, kind = "good") {
  const element = h("div", { class: "notice", data: { kind } }, line(text));
  document.getElementById("notices").append(element);
  setTimeout(() => element.remove(), NOTICE_MS);
}

/** Runs what a button does, and tells when it was refused. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") notice(error.hint ? `${error.message}: ${error.hint}` : error.message, "bad");
    return undefined;
  }
}

/** Why, in a line: it goes with the change into the audit log, and where else `hint` says. */
export function reasonField(hint = "Kept in the audit log.") {
  const made = textField({ label: "Reason", placeholder: "optional", hint });
  made.input.maxLength = REASON_CHARACTERS_MAX;
  return made;
}

/**
 * Asks with a form. `submit` runs when it is sent, with the reason that was given; what it returns is the answer, what it
 * throws is shown and the dialog stays. `null` is the answer of who leaves. `extra` are further buttons; where `reason` is
 * `null` none is asked for.
 */
export function ask({
  title,
  body,
  action,
  kind = "main",
  wide = false,
  submit,
  extra = [],
  ready = null,
  reason = reasonField(),
}) {
  return new Promise((resolve) => {
    const wrong = h("div");
    const send = h("button", { type: "submit", class: "button", data: { kind } }, action);
    const cancel = button("Cancel", () => dialog.close());
    const form = h(
      "form",
      { novalidate: true },
      h("h2", { id: "dialog-title" }, title),
      body,
      reason?.element ?? null,
      wrong,
      h("div", { class: "end" }, cancel, extra, send),
    );
    const dialog = h("dialog", { class: wide ? "wide" : "", "aria-labelledby": "dialog-title" }, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      send.disabled = true;
      replace(wrong);
      try {
        answer = await submit(reason?.read() || undefined);
        dialog.close();
      } catch (error) {
        showTrouble(wrong, error);
      }
      send.disabled = false;
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector("input, textarea, select") ?? send).focus();
    ready?.({ send, dialog });
  });
}

/** Asks for what cannot be taken back: only with `word` typed as it is does the button work. */
export function askByName({ title, text, word, action, submit }) {
  const typed = h("input", { autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
  const label = h("span", null, "Type ", h("code", null, line(word)), " to go on");
  const body = h("div", { class: "form" }, h("p", null, text), field({ label, input: typed }).element);
  const ready = ({ send }) => {
    const judge = () => (send.disabled = typed.value !== word);
    typed.addEventListener("input", judge);
    judge();
  };
  return ask({ title, body, action, kind: "final", submit, ready });
}

/** A sheet at the side, for a longer look. Returns how to close it. */
export function sheet(title, body, { tools = [], onClose } = {}) {
  const close = h(
    "button",
    { type: "button", class: "button small", "aria-label": "Close", on: { click: () => dialog.close() } },
    icon("close"),
  );
  const dialog = h(
    "dialog",
    { class: "sheet", "aria-label": title },
    h("header", null, h("h2", null, title), tools, close),
    h("div", { class: "inside" }, body),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
  return () => dialog.close();
}

/** Puts a text on the clipboard. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notice("Copied");
  } catch {
    notice("This browser lets no page copy here: select the text instead", "bad");
  }
}
