// The dialog that makes a queue: what matters on the first day, with the rest on the queue's own page.

import { h } from "./dom.js";
import { call } from "./api.js";
import { ask, notice } from "./dialogs.js";
import { checkField, choiceField, durationField, numberField, textField } from "./fields.js";
import { link, navigate } from "./router.js";

export const ORDERS = [
  ["standard", "Standard: as they come"],
  ["fair", "Fair: lanes take turns"],
  ["laned", "Laned: each lane strictly in order"],
];

/** Asks, makes the queue, and goes there. */
export async function createQueue() {
  const name = textField({ label: "Name", required: true, autofocus: true, placeholder: "orders" });
  const order = choiceField(
    { label: "Order", hint: "A lane is a key that messages share, for example a customer." },
    ORDERS,
    "standard",
  );
  const lease = durationField(
    { label: "Lease", hint: "How long a worker has for a message before it comes back." },
    30_000,
  );
  const aside = checkField({ label: "Set aside what keeps failing", hint: "into a dead-letter queue" }, true);
  const max = numberField({ label: "After so many failures", min: 1, max: 1000 }, 5);
  const dead = textField({ label: "Dead-letter queue", placeholder: "NAME-dead" });
  const burial = h("div", { class: "fields whole" }, max.element, dead.element);
  aside.input.addEventListener("change", () => (burial.hidden = !aside.input.checked));
  name.input.addEventListener("input", () => (dead.input.placeholder = `${name.input.value.trim() || "NAME"}-dead`));
  const body = h("div", { class: "fields" }, name.element, order.element, lease.element, aside.element, burial);
  const submit = async () => {
    const wanted = name.read();
    const settings = { order: order.read(), lease_ms: lease.read() };
    if (aside.read()) {
      const target = dead.read() || `${wanted}-dead`;
      settings.bury = { counted_by: "failures", max: max.read(), dead_letter: target };
      await makeWhereMissing(target);
    }
    await call("POST", "/v1/queues", { body: { name: wanted, settings } });
    return wanted;
  };
  const made = await ask({ title: "Create a queue", body, action: "Create", submit, reason: null });
  if (made === null) return;
  notice(`Queue ${made} is ready`);
  navigate(link(["queue", made]));
}

/** Several queues may share one dead-letter queue, so one that is there is as good. */
async function makeWhereMissing(name) {
  try {
    await call("POST", "/v1/queues", { body: { name } });
  } catch (error) {
    if (error.code !== "exists") throw error;
  }
}
