// A stream that breaks comes back, and the page says meanwhile that it is away.

"use strict";

const { api, figure, go, inBrowser, until } = require("./browser.cjs");

async function a_server_that_was_away_is_found_again_by_the_page() {
  await api("POST", "/v1/queues", { name: "orders" });
  await inBrowser(async (page) => {
    await go(page, "#/queue/orders", "orders");
    await page.getByText("live ·").waitFor();
    await page.context().setOffline(true);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("no answer, trying again").waitFor();
    await api("POST", "/v1/queues/orders/messages", { body: "sent meanwhile" });
    await page.context().setOffline(false);
    await page.getByText("live ·").waitFor();
    await until("the figure that was missed", async () => (await figure(page, "Ready").textContent()) === "1");
  }, { refused: ["ERR_INTERNET_DISCONNECTED"] });
}

module.exports = { a_server_that_was_away_is_found_again_by_the_page };
