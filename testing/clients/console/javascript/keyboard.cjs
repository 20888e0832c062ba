// No mouse.

"use strict";

const assert = require("node:assert/strict");
const { api, go, inBrowser, until } = require("./browser.cjs");

async function the_keyboard_alone_is_enough() {
  await api("POST", "/v1/queues", { name: "orders" });
  await api("POST", "/v1/queues", { name: "payments" });
  await inBrowser(async (page) => {
    await go(page, "", "Overview");
    await page.keyboard.type("gq");
    await page.getByRole("heading", { level: 1, name: "Queues" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("orders");
    await page.getByText("1 of 2").waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();

    await tabTo(page, "Send");
    await page.keyboard.press("Enter");
    await page.getByLabel("Body").waitFor();
    await until("the body to be ready for typing", () => page.getByLabel("Body").evaluate((field) => field === document.activeElement));
    await page.keyboard.type("40 crates");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Sent to orders").waitFor();

    await page.keyboard.press("Escape");
    await tabTo(page, "Messages");
    await page.keyboard.press("Enter");
    await tabTo(page, "40 crates");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Message" }).getByText("Why is it not delivered?").waitFor();
    await tabTo(page, "Delete");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Delete this message?" }).waitFor();
    await page.keyboard.type("a trial");
    await page.keyboard.press("Enter");
    await page.getByText("The message is gone").waitFor();
    const [{ remark }] = (await api("GET", "/v1/audit?limit=1")).entries;
    assert.equal(remark, "console: a trial");

    await tabTo(page, "Delete");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("orders");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Queues" }).waitFor();

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await until("the dialog to be gone", async () => (await page.getByRole("dialog").count()) === 0);
    await page.keyboard.type("gs");
    await page.getByRole("heading", { level: 1, name: "Store" }).waitFor();
  });
}

/** Goes on with Tab until what has this name has the focus, which then can be seen. */
async function tabTo(page, name) {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press("Tab");
    const [text, outline] = await page.evaluate(() => {
      const element = document.activeElement;
      return [element.textContent.trim(), getComputedStyle(element).outlineStyle];
    });
    if (text === name) {
      assert.notEqual(outline, "none", `the focus on ${name} cannot be seen`);
      return;
    }
  }
  assert.fail(`Tab never comes to ${name}`);
}

module.exports = { the_keyboard_alone_is_enough };
