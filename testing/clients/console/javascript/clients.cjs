// Who consumes, who is connected, and how long messages take, as it changes.

"use strict";

const { api, base, go, inBrowser } = require("./browser.cjs");

async function who_consumes_and_what_they_hold_is_seen_as_it_changes() {
  await api("POST", "/v1/queues", { name: "orders" });
  await api("POST", "/v1/queues/orders/messages", { messages: [{ body: "1" }, { body: "2" }] });
  await inBrowser(async (page) => {
    await go(page, "#/consumers", "Consumers");
    await page.getByText("Nobody consumes").waitFor();
    const { deliveries } = await api("POST", "/v1/queues/orders/receive", { max: 2, consumer: "worker-7" });
    const row = page.getByRole("row", { name: "worker-7" });
    await row.getByRole("cell", { name: "2", exact: true }).waitFor();
    const settlements = deliveries.slice(1).map(({ token }) => ({ token, how: "ack" }));
    await api("POST", "/v1/settle", { settlements });
    await row.getByRole("cell", { name: "1", exact: true }).waitFor();

    await page.goto(`${base}/#/message/${deliveries[0].id}`);
    await page.getByText("to worker-7").first().waitFor();
    await go(page, "#/queue/orders", "orders");
    await page.getByRole("region", { name: "Consumers" }).getByText("worker-7").waitFor();
    await page.getByRole("row", { name: "measured 2 1", exact: true }).waitFor();
    await page.getByRole("link", { name: "All of them" }).click();
    await page.getByRole("heading", { level: 1, name: "Consumers" }).waitFor();
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByRole("row", { name: "HeadlessChrome" }).first().waitFor();
  });
}

module.exports = { who_consumes_and_what_they_hold_is_seen_as_it_changes };
