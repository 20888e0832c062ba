// An operator's hand on one message: each act asks, takes a reason, and is in the audit log with it.

"use strict";

const assert = require("node:assert/strict");
const { api, base, inBrowser, makeQueue, until } = require("./browser.cjs");

async function each_act_on_a_message_asks_and_is_audited_with_its_reason() {
  await makeQueue("orders");
  const bodies = ["keep", "hold", "bury", "drop"];
  const { ids } = await api("POST", "/v1/queues/orders/messages", { messages: bodies.map((body) => ({ body })) });
  const [keep, hold, away, gone] = ids;
  const [late] = (await api("POST", "/v1/queues/orders/messages", { body: "late", delay_ms: 3_600_000 })).ids;
  await inBrowser(async (page) => {
    await openMessage(page, late);
    await act(page, "Release", "the customer called", "It is ready to be received");
    await page.locator(".facts").getByText("ready").waitFor();
    await openMessage(page, gone);
    await act(page, "Delete", "a duplicate — “twice”", "The message is gone");
    await openMessage(page, away);
    await act(page, "Bury", "poison", "The message is set aside");
    await openMessage(page, hold);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await openMessage(page, keep);
    await page.getByRole("button", { name: "Send a copy" }).click();
    await page.getByRole("dialog").getByLabel("Body").fill("keep, mended");
    await finish(page, "Send", "with the right sum", "Sent to orders as");

    const [dead] = await until("the dead letter", async () => nonEmpty((await api("GET", "/v1/queues/orders-dead/messages")).messages));
    await openMessage(page, dead.id);
    await page.getByText("poison").first().waitFor();
    await act(page, "Redrive", "after the fix", "Sent to orders as");
    await page.goto(`${base}/#/settings`);
    await page.getByText("console: after the fix").waitFor();
  });
  const { messages } = await api("GET", "/v1/queues/orders/messages");
  assert.deepEqual(messages.map(({ body }) => body).toSorted(), ["bury", "hold", "keep", "keep, mended", "late"]);
  const { entries } = await api("GET", "/v1/audit");
  const remarks = entries.map(({ action, remark }) => `${action}: ${remark}`).filter((entry) => entry.includes("console: "));
  assert.deepEqual(remarks.toReversed(), [
    "release_message: console: the customer called",
    "delete_message: console: a duplicate — “twice”",
    "bury_message: console: poison",
    "send_messages: console: with the right sum",
    "redrive_message: console: after the fix",
  ]);
}

function nonEmpty(list) {
  return list.length > 0 ? list : null;
}

async function openMessage(page, id) {
  await page.goto(`${base}/#/message/${id}`);
  await page.getByRole("heading", { level: 1, name: id }).waitFor();
}

async function act(page, action, reason, told) {
  await page.getByRole("button", { name: action, exact: true }).click();
  await finish(page, action, reason, told);
}

async function finish(page, action, reason, told) {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: action, exact: true }).click();
  await page.getByText(told).first().waitFor();
}

async function what_the_server_refuses_is_shown_in_its_words_with_its_hint() {
  await api("POST", "/v1/queues", { name: "orders" });
  const { ids } = await api("POST", "/v1/queues/orders/messages", { body: "no place to go" });
  await inBrowser(async (page) => {
    await openMessage(page, ids[0]);
    await page.getByRole("button", { name: "Bury", exact: true }).click();
    const dialog = page.getByRole("dialog");
    const answer = page.waitForResponse((response) => response.url().endsWith("/bury"));
    await dialog.getByRole("button", { name: "Bury", exact: true }).click();
    const { error } = await (await answer).json();
    const shown = (await dialog.locator(".trouble").textContent()).toLowerCase();
    for (const said of [error.message, error.hint ?? ""]) {
      assert.ok(shown.includes(said.replaceAll("`", "").toLowerCase()), `${shown} / ${said}`);
    }
    await page.goto(`${base}/#/queue/nowhere`);
    await page.getByText("longshore queue list").waitFor();
  }, { refused: ["400", "404", "409"] });
}

module.exports = {
  each_act_on_a_message_asks_and_is_audited_with_its_reason,
  what_the_server_refuses_is_shown_in_its_words_with_its_hint,
};
