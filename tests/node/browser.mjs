// SPDX-License-Identifier: Apache-2.0
// A real browser for the tests: one command in JSON a line on standard input, one answer a line on standard output.
//   {"do": "open", "url": ..., "scheme": "dark", "width": 320, "height": 800, "script": true}
//   {"do": "eval", "script": "document.title"}        {"do": "press", "key": "Tab"}        {"do": "click", "selector": "#pause"}
//   {"do": "axe"}   {"do": "shot", "path": ..., "full": true}   {"do": "seen"}   {"do": "text"}   {"do": "close"}
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const OPTIONS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const browser = await chromium.launch({ executablePath: process.env.SLUICE_CHROMIUM ?? "/usr/bin/chromium", args: OPTIONS });
let page = null;
let seen = null;

async function open({ url, scheme = "light", width = 1280, height = 900, script = true }) {
  await page?.context().close();
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height }, javaScriptEnabled: script, reducedMotion: "reduce" });
  page = await context.newPage();
  seen = { errors: [], hosts: [], requests: [] };
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => {
    const { host, pathname } = new URL(request.url());
    if (!seen.hosts.includes(host)) seen.hosts.push(host);
    seen.requests.push(pathname);
  });
  await page.goto(url, { waitUntil: "load" });
}

const violations = (found) =>
  found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 5).join(", ")}`);

const DO = {
  open,
  eval: ({ script }) => page.evaluate(script),
  press: ({ key }) => page.keyboard.press(key),
  click: ({ selector }) => page.click(selector),
  hover: ({ selector }) => page.hover(selector),
  axe: async () => violations(await new AxeBuilder({ page }).analyze()),
  shot: ({ path, full = false }) => page.screenshot({ path, fullPage: full }).then(() => path),
  seen: () => seen,
  text: () => page.content(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === "close") break;
  try {
    process.stdout.write(`${JSON.stringify({ value: (await DO[command.do](command)) ?? null })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}
await browser.close();
