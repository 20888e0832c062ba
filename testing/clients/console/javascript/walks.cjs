// What the person on call does: a message's whole way, a group of failures sent back, a canary that sings.

"use strict";

const assert = require("node:assert/strict");
const { api, bury, figure, go, inBrowser, makeQueue, until, work } = require("./browser.cjs");

const ERROR = "TimeoutError: no answer in 3000 ms";

async function a_message_is_sent_seen_failed_mended_and_consumed() {
  await inBrowser(async (page, open) => {
    await createQueue(page);
    const onlooker = await open();
    await go(onlooker, "#/queue/orders/live", "orders");
    await onlooker.getByText("watching").waitFor();
    await sendOne(page);
    await onlooker.getByRole("cell", { name: "crates" }).getByRole("link").waitFor();
    await until("the figure to move by itself", async () => (await figure(onlooker, "Ready").textContent()) === "1");

    await page.getByRole("link", { name: "Messages", exact: true }).click();
    await page.getByRole("cell", { name: "crates" }).getByRole("link").click();
    const sheet = page.getByRole("dialog", { name: "Message" });
    await sheet.getByText("Why is it not delivered?").waitFor();
    await sheet.getByText("harbour-master").waitFor();
    await page.keyboard.press("Escape");

    for (let times = 0; times < 2; times++) await work("orders", "fail", { reason: ERROR });
    await go(page, "#/dead-letters", "Dead letters");
    await page.getByRole("link", { name: "orders-dead" }).click();
    await page.getByText("TimeoutError: no answer in … ms").waitFor();
    await mend(page);

    const [{ body, headers, token }] = (await api("POST", "/v1/queues/orders/receive", { wait_ms: 5000 })).deliveries;
    assert.deepEqual([body, headers], ['{"crates": 41}', { mended: true }]);
    await until("it to be seen with its consumer", async () => (await figure(onlooker, "Leased").textContent()) === "1");
    await api("POST", "/v1/settle", { settlements: [{ token, how: "ack" }] });
    await until("it to be seen gone", async () => (await figure(onlooker, "Leased").textContent()) === "0");
  });
}

async function createQueue(page) {
  await go(page, "", "Overview");
  await page.getByText("No queues yet").waitFor();
  await page.getByRole("button", { name: "Create a queue" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("orders");
  await dialog.getByLabel("After so many failures").fill("2");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
  assert.equal(await page.title(), "orders · Longshore");
}

async function sendOne(page) {
  await page.getByRole("link", { name: "Send", exact: true }).click();
  await page.getByLabel("Body").fill('{"crates": 40}');
  await page.getByRole("button", { name: "Add a header" }).click();
  await page.getByLabel("Header name").fill("from");
  await page.getByLabel("Header value").fill("harbour-master");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("Sent to orders").waitFor();
}

/** Looks inside the only group, opens its message, changes its body, swaps its header, and sends it back. */
async function mend(page) {
  await page.getByRole("button", { name: "Look inside" }).click();
  await page.getByRole("dialog").getByRole("cell", { name: "crates" }).getByRole("link").click();
  await page.getByText("Why it was set aside").waitFor();
  await page.getByText(ERROR).first().waitFor();
  await page.getByRole("button", { name: "Edit and redrive" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit and redrive" });
  await dialog.getByLabel("Body").fill('{"crates": 41}');
  await dialog.getByRole("button", { name: "Remove this header" }).click();
  await dialog.getByRole("button", { name: "Add a header" }).click();
  await dialog.getByLabel("Header name").fill("mended");
  await dialog.getByLabel("Type").selectOption("bool");
  await dialog.getByLabel("Header value").fill("true");
  await dialog.getByRole("button", { name: "Redrive" }).click();
  await page.getByText("Sent to orders as").waitFor();
}

async function a_group_of_failures_is_sent_back_behind_its_canary() {
  await makeQueue("orders");
  const bodies = Array.from({ length: 15 }, (_, at) => `crate ${at}`);
  await bury("orders", bodies, "KeyError: customer 4711");
  await inBrowser(async (page) => {
    await redriveGroup(page, "15 messages: 15 to orders");
    const ending = consume("orders", bodies.length);
    await page.getByText("15 of 15 moved").waitFor();
    await page.locator(".redrive").getByText("done").waitFor();
    assert.deepEqual((await ending).toSorted(), bodies.toSorted());
    await page.getByText("No dead letters").waitFor();
  });
}

async function a_canary_that_fails_again_stops_the_redrive_by_itself() {
  await makeQueue("orders", 1);
  await api("POST", "/v1/queues/orders/messages", { messages: ["a", "b", "c", "d", "e"].map((body) => ({ body })) });
  for (let left = 5; left > 0; ) left -= (await work("orders", "fail", { max: 5, reason: ERROR })).length;
  await until("all to be set aside", async () => (await api("GET", "/v1/queues/orders-dead")).ready === 5);
  await inBrowser(async (page) => {
    await redriveGroup(page, "5 messages: 5 to orders");
    await page.getByText("canary: the first one").waitFor();
    const canaries = await work("orders", "fail", { max: 5, reason: "TimeoutError: no answer in 9000 ms" });
    assert.equal(canaries.length, 1);
    const redrive = page.locator(".redrive");
    await redrive.getByText("stopped", { exact: true }).waitFor();
    await redrive.getByText("1 of 5 moved").waitFor();
    await redrive.getByText("1 failed again").waitFor();
    await page.getByText("5 messages in 1 group").waitFor();
  });
  assert.equal((await api("GET", "/v1/queues/orders")).ready, 0);
}

/** Opens the workbench and starts a redrive of its only group, as it is offered. */
async function redriveGroup(page, counted) {
  await go(page, "#/dead-letters/orders-dead", "orders-dead");
  await page.getByRole("button", { name: "Redrive", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(counted).waitFor();
  assert.ok(await dialog.getByLabel("Canary").isChecked());
  await dialog.getByRole("button", { name: "Redrive" }).click();
}

/** Acknowledges so many messages, and tells their bodies. */
async function consume(queue, many) {
  const bodies = [];
  while (bodies.length < many) bodies.push(...(await work(queue, "ack", { max: 10 })).map(({ body }) => body));
  return bodies;
}

module.exports = {
  a_message_is_sent_seen_failed_mended_and_consumed,
  a_group_of_failures_is_sent_back_behind_its_canary,
  a_canary_that_fails_again_stops_the_redrive_by_itself,
};
