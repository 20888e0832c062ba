// Streams that break come back, and the page says meanwhile that it is away. The server is stopped and started by the test
// (`../scenarios.rs`), which is asked on standard output.

"use strict";

const assert = require("node:assert/strict");
const readline = require("node:readline");
const { api, base, figure, go, inBrowser, until } = require("./browser.cjs");

/** Asks the test for something, and goes on once it is done. */
async function please(what, answers) {
  console.log(what);
  assert.equal((await answers.next()).value, "done");
}

async function a_server_that_was_restarted_is_found_again_by_every_page() {
  const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  await api("POST", "/v1/queues", { name: "orders" });
  await api("POST", "/v1/queues/orders/messages", { body: "before" });
  await inBrowser(async (page, open) => {
    const [tail, late] = [await open(), await open()];
    await go(page, "#/queue/orders", "orders");
    await go(tail, "#/queue/orders/live", "orders");
    await tail.getByText("watching").waitFor();
    await go(late, "", "Overview");
    for (const each of [page, tail, late]) await each.getByText("live ·").waitFor();

    await please("kill", answers);
    for (const each of [page, tail, late]) await each.locator("#pulse").getByText("no answer, trying again").waitFor();
    await late.goto(`${base}/#/store`);
    await late.getByText("The server does not answer").waitFor();
    await please("start", answers);

    for (const each of [page, tail, late]) await each.getByText("live ·").waitFor();
    await late.getByRole("heading", { level: 1, name: "Store" }).waitFor();
    await tail.getByText("watching").waitFor();
    await api("POST", "/v1/queues/orders/messages", { body: "after" });
    await until("the figure to move", async () => (await figure(page, "Ready").textContent()) === "2");
    await tail.getByRole("cell", { name: "after" }).waitFor();
    await tail.getByText("Not watched from").waitFor();
  }, { refused: ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "503"] });
  process.stdin.destroy();
}

module.exports = { a_server_that_was_restarted_is_found_again_by_every_page };
