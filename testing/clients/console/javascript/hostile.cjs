// Text that wants to be more: markup, control characters and characters that turn their neighbours around, in every place
// where a stranger can put some.

"use strict";

const assert = require("node:assert/strict");
const { api, base, bury, go, inBrowser, makeQueue } = require("./browser.cjs");

const MARKUP = `<img src=x onerror="alert(document)"><script>alert(self)</script>`;
const UNSEEN = "\u0007\u001b[m\u202Eevil";
const SEEN = "␇␛[m⟨U+202E⟩evil";
/** The wildest that the server takes for a name. */
const NAME = `<b onclick=alert(1)>'"&lt;b`;

async function hostile_text_is_shown_and_never_run() {
  const name = await makeHostileQueue();
  await makeQueue("orders");
  await bury("orders", [`body ${MARKUP}`], `error ${MARKUP}${UNSEEN}`);
  const headers = { "x-<b>bold</b>": `header ${MARKUP}`, unseen: UNSEEN };
  const hostile = { body: `${MARKUP}${UNSEEN}`, headers, lane: `lane ${MARKUP}`, dedup: `dedup ${MARKUP}` };
  await inBrowser(async (page, open) => {
    const tail = await open();
    await go(tail, "#/queue/orders/live", "orders");
    await tail.getByText("watching").waitFor();
    await api("POST", "/v1/queues/orders/messages", hostile);
    await tail.getByText(`${MARKUP}${SEEN}`).waitFor();

    await go(page, "#/queues", "Queues");
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await look(page, "#/queue/orders/messages", `${MARKUP}${SEEN}`);
    await page.getByRole("cell", { name: "onerror" }).first().getByRole("link").click();
    const sheet = page.getByRole("dialog");
    for (const text of ["x-<b>bold</b>", `header ${MARKUP}`, `lane ${MARKUP}`, `dedup ${MARKUP}`, SEEN]) {
      await sheet.getByText(text).first().waitFor();
    }
    await look(page, "#/dead-letters/orders-dead", `error ${MARKUP}${SEEN}`);
    const [dead] = (await api("GET", "/v1/queues/orders-dead/messages")).messages;
    await look(page, `#/message/${dead.id}`, `error ${MARKUP}${SEEN}`);
    await look(page, `#/queue/${encodeURIComponent(MARKUP)}`, "Not here");
    await look(page, `#/message/${encodeURIComponent(MARKUP)}`, "That did not work");
    await api("POST", "/v1/queues/orders/receive", { consumer: `worker ${MARKUP}${UNSEEN}` });
    await look(page, "#/consumers", `worker ${MARKUP}${SEEN}`);
    await look(page, "#/settings", name);
    for (const each of [page, tail]) {
      assert.equal(await each.locator("body img, body script, [onerror], [onclick], b:text-is('bold')").count(), 0);
    }
  }, { refused: ["400", "404"] });
}

async function makeHostileQueue() {
  for (const name of [NAME, `a&lt;b"'`, "a'b", "a b", "plain&amp"]) {
    const made = await api("POST", "/v1/queues", { name }).then(() => true, () => false);
    if (made) return name;
  }
  return assert.fail("the server takes no name that is worth the test");
}

async function look(page, hash, text) {
  await page.goto(`${base}/${hash}`);
  await page.getByText(text).first().waitFor();
}

module.exports = { hostile_text_is_shown_and_never_run };
