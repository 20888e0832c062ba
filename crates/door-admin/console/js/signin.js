// Asks who is there, when the server wants to know.
//
// Invariants: one form at a time, however many calls were refused; it cannot be closed, because behind it nothing can be
// shown; the secret is never put into the page's address or its lasting storage.

import { h, replace } from "./dom.js";
import { keepCredentials, signedInAs } from "./api.js";
import { textField } from "./fields.js";
import { trouble } from "./panels.js";

let asking = null;

/** Answers once there are other credentials than those that were refused. */
export function askForCredentials(refusal, refused) {
  asking ??= show(refusal, refused !== null).finally(() => (asking = null));
  return asking;
}

function show(refusal, wereRefused) {
  return new Promise((resolve) => {
    const name = textField({ label: "Name", required: true, autofocus: true }, signedInAs() ?? "");
    const secret = textField({ label: "Secret", required: true });
    Object.assign(secret.input, { type: "password", autocomplete: "current-password" });
    name.input.autocomplete = "username";
    const wrong = h("div");
    if (wereRefused) replace(wrong, trouble(refusal));
    const send = h("button", { type: "submit", class: "button", data: { kind: "main" } }, "Sign in");
    const text = h(
      "p",
      { class: "soft" },
      "This server knows its users. Name and secret stay in this tab and are gone when it closes.",
    );
    const mark = document.querySelector(".mark").cloneNode(true);
    const form = h(
      "form",
      { novalidate: true },
      mark,
      h("h2", { id: "signin-title" }, "Sign in to Longshore"),
      text,
      name.element,
      secret.element,
      wrong,
      send,
    );
    const dialog = h("dialog", { class: "signin", "aria-labelledby": "signin-title" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      try {
        keepCredentials(name.read(), secret.read());
      } catch {
        return;
      }
      dialog.close();
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
    (signedInAs() ? secret : name).input.focus();
  });
}
