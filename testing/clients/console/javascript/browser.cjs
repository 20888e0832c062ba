// The kit of the scenarios: a Chromium that notes everything it should not have seen, and the API beside it.
//
// Invariants: a scenario fails when the page asked another host for anything, when a script of the page failed or
// complained, or when a dialog of the browser's own opened (which only foreign script could have done).

"use strict";

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");

const base = process.env.LONGSHORE_CONSOLE;
const SOON_MS = 20_000;
const DESK = { viewport: { width: 1280, height: 860 }, colorScheme: "light" };

/** Runs `use(page, browser)` in a fresh browser, and judges what the page did. `refused` are statuses that may be met. */
async function inBrowser(use, { refused = [], options = {} } = {}) {
  // The sandbox needs rights that a container may not give; only this server's pages are opened.
  const browser = await chromium.launch({ executablePath: process.env.LONGSHORE_CHROMIUM, args: ["--no-sandbox"] });
  const bad = [];
  const open = async (more = {}) => {
    const context = await browser.newContext({ ...DESK, ...options, ...more });
    const page = await context.newPage();
    page.setDefaultTimeout(SOON_MS);
    watch(page, bad, refused);
    return page;
  };
  try {
    await use(await open(), open);
  } finally {
    await browser.close();
  }
  assert.deepEqual(bad, []);
}

function watch(page, bad, refused) {
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) bad.push(`asked ${url}`);
  });
  page.on("console", (message) => {
    const expected = refused.some((status) => message.text().includes(status));
    if (["error", "warning"].includes(message.type()) && !expected) bad.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => bad.push(`failed: ${error.message}`));
  page.on("dialog", (dialog) => {
    bad.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Calls the API as another client would. */
async function api(method, path, body) {
  const headers = { "longshore-change": "yes", "content-type": "application/json" };
  const response = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Waits until `attempt` answers something. */
async function until(what, attempt) {
  for (const since = Date.now(); ; ) {
    const found = await attempt();
    if (found) return found;
    assert.ok(Date.now() - since < SOON_MS, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A queue whose messages are set aside in `QUEUE-dead` after `max` failures. */
async function makeQueue(queue, max = 2) {
  await api("POST", "/v1/queues", { name: `${queue}-dead` });
  const bury = { counted_by: "failures", max, dead_letter: `${queue}-dead` };
  await api("POST", "/v1/queues", { name: queue, settings: { bury } });
}

/** Receives from a queue and ends each delivery in the same way. */
async function work(queue, how, { max = 1, reason, wait_ms = 5000 } = {}) {
  const { deliveries } = await api("POST", `/v1/queues/${encodeURIComponent(queue)}/receive`, { max, wait_ms });
  const settlements = deliveries.map(({ token }) => ({ token, how, ...(reason ? { reason } : {}) }));
  if (settlements.length > 0) {
    const { results } = await api("POST", "/v1/settle", { settlements });
    for (const result of results) assert.ok(result.ok, JSON.stringify(result));
  }
  return deliveries;
}

/** Publishes bodies, and fails each twice, until they are set aside. */
async function bury(queue, bodies, reason) {
  await api("POST", `/v1/queues/${encodeURIComponent(queue)}/messages`, { messages: bodies.map((body) => ({ body })) });
  for (let left = 2 * bodies.length; left > 0; ) {
    left -= (await work(queue, "fail", { max: bodies.length, reason })).length;
  }
  await until("all of them to be set aside", async () => (await api("GET", `/v1/queues/${queue}-dead`)).ready >= bodies.length);
}

/** Opens a page of the console and waits until its title stands. */
async function go(page, hash, title) {
  await page.goto(`${base}/${hash}`);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** The value of a figure, as it is shown. */
function figure(page, label) {
  return page.locator(".figure", { has: page.locator("dt", { hasText: new RegExp(`^${label}$`) }) }).locator("dd");
}

module.exports = { api, base, bury, figure, go, inBrowser, makeQueue, until, work };
