// Every page with something on it, in both themes and on phones, a small one too: nothing sticks out, and a picture of each is
// kept.

"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { api, base, bury, inBrowser, makeQueue } = require("./browser.cjs");

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  small: { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
};

const PAGES = {
  overview: "#/",
  queues: "#/queues",
  queue: "#/queue/orders",
  messages: "#/queue/orders/messages",
  live: "#/queue/orders/live",
  queue_send: "#/queue/orders/send",
  queue_settings: "#/queue/orders/settings",
  send: "#/send",
  dead_letters: "#/dead-letters",
  workbench: "#/dead-letters/orders-dead",
  consumers: "#/consumers",
  connections: "#/connections",
  store: "#/store",
  settings: "#/settings",
};

async function every_page_is_whole_in_both_themes_and_on_a_phone() {
  await fill();
  const idOf = async (queue) => (await api("GET", `/v1/queues/${queue}/messages`)).messages[0].id;
  const messages = { message: `#/message/${await idOf("orders")}`, dead_letter: `#/message/${await idOf("orders-dead")}` };
  for (const [look, options] of Object.entries(LOOKS)) {
    await inBrowser(async (page) => {
      for (const [name, hash] of Object.entries({ ...PAGES, ...messages })) {
        await page.goto(`${base}/${hash}`);
        await page.locator(`main h1`).waitFor();
        await page.getByText("live ·").waitFor();
        const outside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(outside <= 0, `${name} sticks out by ${outside} pixels (${look})`);
        assert.equal(await page.locator("main .trouble").count(), 0, `${name} shows a trouble`);
        await page.screenshot({ path: path.join(process.env.LONGSHORE_SCREENSHOTS, `${name}-${look}.png`) });
      }
    }, { options });
  }
}

async function fill() {
  await makeQueue("orders");
  await bury("orders", Array.from({ length: 12 }, (_, at) => `{"crate": ${at}}`), "TimeoutError: no answer in 3000 ms");
  for (const name of ["payments", "emails", "invoices/eu", `${"long-".repeat(16)}name`]) await api("POST", "/v1/queues", { name });
  const body = JSON.stringify({ order: 4711, customer: { name: "Lemon & Sons", vip: true }, items: [{ sku: "LEM-40", qty: 40 }] });
  const messages = Array.from({ length: 30 }, (_, at) => ({ body, lane: `customer-${at % 4}`, headers: { attempt: at, source: "shop" } }));
  await api("POST", "/v1/queues/orders/messages", { messages });
  await api("POST", "/v1/queues/orders/messages", { body: "later", delay_ms: 3_600_000 });
  await api("POST", "/v1/queues/orders/receive", { max: 3, lease_ms: 600_000, consumer: "worker-7" });
  await api("POST", "/v1/queues/emails/messages", { messages });
  await api("POST", "/v1/queues/invoices%2Feu/pause", {});
}

module.exports = { every_page_is_whole_in_both_themes_and_on_a_phone };
