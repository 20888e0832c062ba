// A queue's settings as a form. What is sent is what changed, so two people who change two things do not undo each other.
//
// Invariant: every setting of the API has its field here or in js/burial_fields.js.

import { h, replace } from "./dom.js";
import { call, queuePath } from "./api.js";
import { burial } from "./burial_fields.js";
import { ORDERS } from "./create_queue.js";
import { notice } from "./dialogs.js";
import { checkField, choiceField, durationField, numberField, sizeField, textField } from "./fields.js";
import { panel, showTrouble } from "./panels.js";
import { open } from "./router.js";

/** The tab. */
export async function settingsTab({ queue }) {
  const groups = [delivery(queue.settings), burial(queue.settings), bounds(queue.settings), durability(queue.settings)];
  const wrong = h("div");
  const save = h("button", { type: "submit", class: "button", data: { kind: "main" } }, "Save");
  const form = h(
    "form",
    { class: "form", novalidate: true },
    groups.map(groupPanel),
    wrong,
    h("div", { class: "actions" }, save),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    replace(wrong);
    save.disabled = true;
    try {
      await store(queue, Object.assign({}, ...groups.map(({ read }) => read())));
    } catch (error) {
      if (!place(error, groups)) showTrouble(wrong, error);
    }
    save.disabled = false;
  });
  return { view: form };
}

function groupPanel({ title, fields }) {
  const elements = fields.map(({ element }) => element);
  return panel(title, {}, h("div", { class: "fields" }, elements));
}

async function store(queue, wanted) {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(queue.settings[name] ?? null),
  );
  if (changed.length === 0) {
    notice("Nothing differs");
    return;
  }
  await call("PATCH", queuePath(queue.name), {
    body: { settings: Object.fromEntries(changed), revision: queue.revision },
  });
  notice(`Saved: ${changed.map(([name]) => name).join(", ")}`);
  await open();
}

/** Shows a refusal at the field it names; answers whether there is one. */
function place(error, groups) {
  const text = `${error.message} ${error.hint ?? ""}`;
  const fields = groups.flatMap(({ fields: those }) => those);
  const named = fields.filter(({ name, fail }) => fail && name && new RegExp(`\\b${name}\\b`).test(text));
  const [field] = named.sort((one, other) => other.name.length - one.name.length);
  field?.fail(error.hint ? `${error.message}: ${error.hint}` : error.message);
  field?.input.focus();
  return field !== undefined;
}

function delivery(settings) {
  const order = choiceField(
    { label: "Order", name: "order", hint: "A lane is a key that messages share." },
    ORDERS,
    settings.order,
  );
  const lease = durationField(
    { label: "Lease", name: "lease_ms", hint: "How long a consumer has, unless it says." },
    settings.lease_ms,
  );
  const delay = durationField(
    { label: "Delay", name: "delay_ms", hint: "Before the first delivery, unless the producer says." },
    settings.delay_ms,
  );
  const wait = durationField(
    { label: "Wait", name: "wait_ms", hint: "How long a receive waits for a message, unless it says." },
    settings.wait_ms,
  );
  const priority = numberField(
    { label: "Highest priority", name: "priority_max", max: 255, hint: "0 hands out by place alone." },
    settings.priority_max ?? 0,
  );
  const leases = numberField(
    { label: "Leased at most", name: "leases_max", none: true, min: 1, placeholder: "any number" },
    settings.leases_max,
  );
  const dedup = durationField(
    {
      label: "Duplicates are dropped for",
      name: "dedup",
      none: true,
      placeholder: "never",
      hint: "Messages with the same dedup id.",
    },
    settings.dedup?.window_ms,
  );
  const scope = choiceField(
    { label: "Dedup ids differ", name: "scope" },
    [
      ["queue", "in the whole queue"],
      ["lane", "in each lane"],
    ],
    settings.dedup?.scope ?? "queue",
  );
  const read = () => {
    const window_ms = dedup.read();
    return {
      order: order.read(),
      lease_ms: lease.read(),
      delay_ms: delay.read(),
      wait_ms: wait.read(),
      priority_max: priority.read(),
      leases_max: leases.read(),
      dedup: window_ms === null ? null : { window_ms, scope: scope.read() },
    };
  };
  return { title: "Delivery", fields: [order, lease, delay, wait, priority, leases, dedup, scope], read };
}

function bounds(settings) {
  const retention = durationField(
    { label: "Kept for", name: "retention_ms", none: true, placeholder: "until acknowledged" },
    settings.retention_ms,
  );
  const message = sizeField({ label: "Greatest message", name: "message_bytes_max" }, settings.message_bytes_max);
  const messages = numberField(
    { label: "Messages that may wait", name: "messages_max", none: true, placeholder: "any number" },
    settings.length?.messages_max,
  );
  const size = sizeField(
    { label: "Bytes that may wait", name: "bytes_max", none: true, placeholder: "any number" },
    settings.length?.bytes_max,
  );
  const overflow = choiceField(
    { label: "When there is no room", name: "overflow" },
    [
      ["drop_oldest", "the oldest goes"],
      ["refuse", "sends are refused"],
    ],
    settings.length?.overflow ?? "drop_oldest",
  );
  const read = () => {
    const length = { messages_max: messages.read(), bytes_max: size.read(), overflow: overflow.read() };
    const any = length.messages_max !== null || length.bytes_max !== null;
    return { retention_ms: retention.read(), message_bytes_max: message.read(), length: any ? length : null };
  };
  return { title: "Bounds", fields: [retention, message, messages, size, overflow], read };
}

function durability(settings) {
  const every = typeof settings.durability === "object" ? settings.durability.interval : null;
  const options = [
    ["always", "always"],
    ["interval", "within a time"],
    ["never", "never"],
  ];
  const when = choiceField(
    { label: "Answers wait for the disk", name: "durability", hint: "Always: nothing is told before it is on disk." },
    options,
    every === null ? settings.durability : "interval",
  );
  const interval = durationField({ label: "Synced within", name: "interval" }, every ?? 100);
  const show = () => (interval.element.hidden = when.read() !== "interval");
  when.input.addEventListener("change", show);
  show();
  const strict = checkField(
    { label: "Strict leases", name: "strict_leases", hint: "a lease is told only once it is on disk" },
    settings.strict_leases,
  );
  const transient = checkField(
    { label: "Transient", name: "transient", hint: "gone, with its messages, at the server's next start" },
    settings.transient ?? false,
  );
  const read = () => ({
    durability: when.read() === "interval" ? { interval: interval.read() } : when.read(),
    strict_leases: strict.read(),
    transient: transient.read(),
  });
  return { title: "Durability", fields: [when, interval, strict, transient], read };
}
