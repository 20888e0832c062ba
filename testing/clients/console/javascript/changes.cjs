// Changes of a queue: what destroys asks first, what is wrong is said where it is.

"use strict";

const assert = require("node:assert/strict");
const { api, figure, go, inBrowser, until } = require("./browser.cjs");

async function what_destroys_asks_for_the_name() {
  await api("POST", "/v1/queues", { name: "orders" });
  await api("POST", "/v1/queues/orders/messages", { messages: [{ body: "1" }, { body: "2" }] });
  await inBrowser(async (page) => {
    await go(page, "#/queue/orders", "orders");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("paused", { exact: true }).waitFor();
    assert.equal((await api("POST", "/v1/queues/orders/receive", { max: 1 })).deliveries.length, 0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();

    await byName(page, "Purge", "orders");
    await page.getByText("2 messages are gone").waitFor();
    await until("the figure to say so", async () => (await figure(page, "Ready").textContent()) === "0");

    await byName(page, "Delete", "orders");
    await page.getByRole("heading", { level: 1, name: "Queues" }).waitFor();
    assert.equal((await api("GET", "/v1/queues")).total, 0);
  });
}

/** Presses a button, finds its dialog unwilling until the name is typed, and goes on. */
async function byName(page, action, name) {
  await page.getByRole("button", { name: action, exact: true }).click();
  const dialog = page.getByRole("dialog");
  const final = dialog.getByRole("button", { name: action, exact: true });
  assert.ok(await final.isDisabled(), `${action} must ask first`);
  const typed = dialog.getByLabel(`Type ${name} to go on`);
  await typed.fill(name.slice(1));
  assert.ok(await final.isDisabled(), `${action} must ask for the whole name`);
  await typed.fill(name);
  await final.click();
}

async function settings_are_edited_and_refusals_stand_at_their_field() {
  await api("POST", "/v1/queues", { name: "orders" });
  const change = async (page) => {
    await go(page, "#/queue/orders/settings", "orders");
    await page.getByLabel("Lease", { exact: true }).fill("soon");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("a time like 30 s").waitFor();
    assert.equal(await page.getByLabel("Lease", { exact: true }).getAttribute("aria-invalid"), "true");

    await page.getByLabel("Lease", { exact: true }).fill("2 min");
    await page.getByLabel("What keeps failing").selectOption("queue");
    await page.getByLabel("Dead-letter queue").fill("orders");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".wrong:not(:empty), .trouble").first().waitFor();
    await page.getByLabel("What keeps failing").selectOption("off");
    await page.getByLabel("Kept for").fill("4 d");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: lease_ms, retention_ms").waitFor();
  };
  await inBrowser(change, { refused: ["400", "409"] });
  const { settings } = await api("GET", "/v1/queues/orders");
  assert.deepEqual([settings.lease_ms, settings.retention_ms, settings.bury], [120_000, 345_600_000, null]);
}

module.exports = { what_destroys_asks_for_the_name, settings_are_edited_and_refusals_stand_at_their_field };
