// A server with users: the page's own form, and nothing kept beyond the tab.

"use strict";

const assert = require("node:assert/strict");
const { base, inBrowser } = require("./browser.cjs");

async function who_is_not_known_signs_in() {
  await inBrowser(async (page, open) => {
    await page.goto(`${base}/`);
    const form = page.getByRole("dialog", { name: "Sign in to Longshore" });
    await form.waitFor();
    assert.equal(await page.getByRole("dialog").count(), 1);
    await form.getByLabel("Name").fill("anna");
    await form.getByLabel("Secret").fill("wrong");
    await page.keyboard.press("Enter");
    await form.getByText("no user with this name and secret").waitFor();
    await form.getByLabel("Secret").fill("lemons & ürgent");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByText("live ·").waitFor();

    await page.reload();
    await page.getByText("live ·").waitFor();
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie);
    assert.equal(kept, "{}");

    const other = await open();
    await other.goto(`${base}/`);
    await other.getByRole("dialog", { name: "Sign in to Longshore" }).waitFor();

    await page.goto(`${base}/#/settings`);
    await page.getByText("Signed in as anna").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await form.waitFor();
  }, { refused: ["401"] });
}

module.exports = { who_is_not_known_signs_in };
