// Sends a message: body, headers with their types, lane, delay, priority, expiry.

import { h } from "./dom.js";
import { call, queuePath } from "./api.js";
import { notice } from "./dialogs.js";
import { durationField, field, numberField, textField } from "./fields.js";
import { headersForm } from "./headers_form.js";
import { head, page, panel, showTrouble } from "./panels.js";

/** The page where the queue is still to be said. */
export async function sendPage({ query }) {
  return {
    title: "Send a message",
    view: page(
      head("Send a message"),
      panel("Message", {}, sendForm({ queue: query.queue, laned: true, choose: true })),
    ),
  };
}

/** The form. `choose` asks for the queue too. */
export function sendForm({ queue = "", laned, choose = false, onSent }) {
  const to = textField({ label: "Queue", required: true, autofocus: choose, whole: true }, queue);
  const text = h("textarea", { spellcheck: "false", autofocus: !choose });
  const body = field({ label: "Body", input: text, whole: true });
  const headers = headersForm({});
  const lane = textField({
    label: "Lane",
    hint: laned ? "Messages of one lane stay in order." : "Counts in fair and laned queues.",
  });
  const delay = durationField({ label: "Delay", none: true, placeholder: "the queue's own" }, null);
  const expires = durationField({ label: "Expires in", none: true, placeholder: "never" }, null);
  const priority = numberField({ label: "Priority", max: 255 }, 0);
  const dedup = textField({ label: "Dedup id", placeholder: "none" });
  const wrong = h("div");
  const send = h("button", { type: "submit", class: "button", data: { kind: "main" } }, "Send");
  const fields = h(
    "div",
    { class: "fields" },
    choose ? to.element : null,
    body.element,
    h("div", { class: "field whole" }, h("span", { class: "label" }, "Headers"), headers.element),
    lane.element,
    delay.element,
    expires.element,
    priority.element,
    dedup.element,
  );
  const form = h("form", { class: "form", novalidate: true }, fields, wrong, h("div", { class: "actions" }, send));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.replaceChildren();
    send.disabled = true;
    try {
      const message = {
        body: text.value,
        headers: headers.read(),
        lane: lane.read() || undefined,
        dedup: dedup.read() || undefined,
        priority: priority.read() || undefined,
        delay_ms: delay.read() ?? undefined,
        expires_in_ms: expires.read() ?? undefined,
      };
      const { ids } = await call("POST", queuePath(to.read(), "/messages"), { body: message });
      notice(`Sent to ${to.read()}`);
      onSent?.(ids);
    } catch (error) {
      showTrouble(wrong, error);
    }
    send.disabled = false;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return form;
}
