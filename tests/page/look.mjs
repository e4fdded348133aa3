// Looks at report.html as its readers do: `node look.mjs EMPTY NORMAL BAD LARGE`, each the path of a page.
// Ends with the first promise that is broken; prints each one that is kept.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.PAGE_MODULES}/`);
const { chromium } = require("playwright-core");
const axe = require("axe-core");
const [empty, normal, bad, large] = process.argv.slice(2).map(path => pathToFileURL(path).href);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const kept = promise => console.log(`kept: ${promise}`);

/** Opens a page that may ask nobody for anything and may complain of nothing. */
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true, ...options });
  const page = await context.newPage();
  page.troubles = [];
  page.on("request", request => request.url() === url || page.troubles.push(`asked for ${request.url()}`));
  page.on("console", message => page.troubles.push(message.text()));
  page.on("pageerror", error => page.troubles.push(String(error)));
  await page.goto(url);
  return page;
}

async function close(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

async function accessible(page, what) {
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate(tags => window.axe.run({ runOnly: tags }), tags);
  const told = violations.map(it => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map(node => node.html).join(" | ")}`);
  assert.deepEqual(told, [], what);
  kept(`axe-core finds nothing: ${what}`);
}

const rows = page => page.locator("#results tbody tr");
const column = (page, number) => page.locator(`#results tbody td:nth-child(${number})`).allTextContents();
const found = page => page.locator("#found").textContent();

for (const [name, url] of Object.entries({ empty, normal, bad })) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(url, { colorScheme });
    await page.evaluate(() => document.querySelectorAll("details").forEach(fold => (fold.open = true)));
    await accessible(page, `${name} night, ${colorScheme}`);
    await close(page);
  }
  const phone = await open(url, { viewport: { width: 360, height: 740 } });
  assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth), 360, `${name}: scrolls sideways`);
  await accessible(phone, `${name} night, on a phone`);
  await close(phone);
}

for (const width of [800, 1024, 1280, 1600]) {
  const page = await open(normal, { viewport: { width, height: 900 } });
  const torn = await page.locator(".gaps td:first-child > b:first-child").evaluateAll(ids =>
    ids.filter(id => /^\d{19}$/.test(id.textContent) && id.getClientRects().length > 1).map(id => id.textContent));
  assert.deepEqual(torn, [], `ids on several lines, ${width} wide`);
  await close(page);
}
kept("an id stands on one line, however wide the window");

{
  // As it is shipped: with its policy.
  for (const url of [normal, bad]) {
    const page = await open(url, { bypassCSP: false });
    assert.equal(await page.locator("#filter").isVisible(), true);
    await assert.rejects(page.evaluate(() => fetch("https://example.org/")));
    page.troubles = page.troubles.filter(trouble => !trouble.includes("example.org"));
    await page.evaluate(() => document.body.append(Object.assign(document.createElement("script"), { text: "window.ran = 1" })));
    assert.equal(await page.evaluate(() => window.ran), undefined);
    assert.equal(page.troubles.length, 1, "the policy tells of the foreign script");
    page.troubles = [];
    await close(page);
  }
  kept("the policy lets its own script run, and no other, and no request");
}

{
  const page = await open(bad);
  assert.match(await page.title(), /^TikTok access/);
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.locator("img, svg:not(.trend), script:not(body > script)").count(), 0);
  const name = await page.locator(".client bdi", { hasText: "<script>" }).first().textContent();
  assert.equal(name.includes("<script>document.title = 'taken'</script>"), true);
  await close(page);
  kept("a hostile name is text, shown as it is written");
}

{
  const page = await open(normal, { javaScriptEnabled: false });
  assert.equal(await page.locator("#filter").isVisible(), false);
  assert.equal(await page.locator(".client tbody tr").count(), 7);
  assert.equal(await page.locator(".client tbody tr").first().isVisible(), true);
  const text = await page.locator("main").innerText();
  const order = ["What changed", "Who must act", "Open gaps", "Onboarding requests", "Shared, but not onboarded",
    "What could not be read", "Trend of 90 days", "The run"].map(heading => text.indexOf(heading));
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.equal(order.includes(-1), false);
  await close(page);
  kept("without its script it is complete, and in its order");
}

{
  const page = await open(normal);
  await page.getByLabel("Cause", { exact: true }).selectOption("not assigned");
  assert.deepEqual(await column(page, 3), ["not assigned"]);
  assert.equal(await found(page), "1 found");
  assert.equal(await page.locator("#clients").isVisible(), false);
  await accessible(page, "a filtered list");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator("#clients").waitFor({ state: "visible" });
  assert.equal(await rows(page).count(), 0);

  await page.getByLabel("Country").selectOption("SE");
  assert.equal(new Set((await column(page, 1)).map(client => client.slice(0, 2))).size, 1);
  await page.getByRole("button", { name: "Show all" }).click();

  await page.getByLabel("Text", { exact: true }).fill("7100000000000000004 HAFEN");
  assert.equal(await found(page), "1 found");
  assert.match((await column(page, 2))[0], /^7100000000000000004 /);
  await page.getByLabel("Text", { exact: true }).fill("no such thing");
  assert.equal(await found(page), "0 found");
  await page.getByRole("button", { name: "Show all" }).click();

  await page.getByLabel("new tonight only").check();
  assert.equal(await found(page), "1 found");
  await page.getByRole("button", { name: "Show all" }).click();

  await page.getByLabel("Sort by").selectOption("age");
  const ages = async () => (await column(page, 6)).map(age => parseInt(age, 10) || 0);
  assert.deepEqual(await ages(), [...await ages()].sort((a, b) => b - a));
  assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Open for");
  await page.getByRole("button", { name: "Open for" }).click();
  assert.deepEqual(await ages(), [...await ages()].sort((a, b) => a - b));
  assert.equal(await page.locator("th[aria-sort=ascending]").textContent(), "Open for");
  await page.getByRole("button", { name: "Next mail" }).click();
  const next = await column(page, 8);
  const dated = next.filter(text => /^\d/.test(text));
  assert.deepEqual(dated, [...dated].sort());
  assert.equal(await rows(page).count(), 7);
  await page.getByRole("button", { name: "Show all" }).click();

  await page.locator("#turns + .turns a", { hasText: "access removed" }).click();
  assert.deepEqual(await column(page, 3), ["access removed"]);
  await close(page);
  kept("filter, text, sort and the links of who must act");
}

{
  const page = await open(normal);
  const reached = new Set();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.name || document.activeElement.tagName));
  }
  for (const control of ["A", "country", "client", "cause", "turn", "text", "sort", "new", "SUMMARY"]) {
    assert.equal(reached.has(control), true, `${control} cannot be reached by keyboard`);
  }
  await page.getByLabel("Sort by").focus();
  await page.keyboard.type("age");
  assert.equal(await page.locator("th[aria-sort]").textContent(), "Open for");
  await page.locator("th[aria-sort] button").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Open for");
  await close(page);
  kept("everything is reached and done by keyboard");
}

{
  const page = await open(large);
  assert.equal(await page.locator(".client").count(), 400);
  assert.equal(await page.locator(".client[open]").count(), 0);
  assert.match(await page.locator("#gaps ~ p").first().textContent(), /folded by client: open one, or filter/);
  await page.getByLabel("Sort by").selectOption("age");
  assert.equal(await found(page), "50000 found, the first 200 shown");
  assert.equal(await rows(page).count(), 200);
  await page.getByRole("button", { name: "Show 200 more" }).click();
  assert.equal(await rows(page).count(), 400);
  await page.getByLabel("Text", { exact: true }).fill("7100000000000049999");
  assert.equal(await found(page), "1 found");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.locator(".client summary").first().click();
  assert.equal(await page.locator(".client[open] tbody tr").first().isVisible(), true);
  await close(page);
  kept("50,000 gaps are folded, filtered and sorted, and all are there");
}

if (process.env.PAGE_SHOTS) {
  // For a person to look at: PAGE_SHOTS=folder.
  const looks = {
    desktop: { viewport: { width: 1280, height: 2000 } }, dark: { colorScheme: "dark" }, phone: { viewport: { width: 360, height: 3000 } },
  };
  for (const [name, url] of Object.entries({ empty, normal, bad, large })) {
    for (const [look, options] of Object.entries(looks)) {
      const page = await open(url, options);
      await page.screenshot({ path: `${process.env.PAGE_SHOTS}/${name}-${look}.png`, fullPage: name === "normal" });
      if (look === "desktop" && name !== "large") await page.pdf({ path: `${process.env.PAGE_SHOTS}/${name}.pdf` });
      await close(page);
    }
  }
}

await browser.close();
console.log("all promises kept");
