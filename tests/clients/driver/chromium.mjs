// Chromium, for what nobody without script can show: frames, forms that send themselves, answers in fragments.
// Owns starting it and answering the pages of either target; where it goes is left to who starts it.

import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../browser/package.json', import.meta.url))('playwright-core');

const PATIENCE_MS = 30_000;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = ['--headless', '--no-sandbox', '--disable-gpu'];
/** The names of documentation are this machine's (RFC 2606 §3). */
const FOUND = '--host-resolver-rules=MAP *.example.com 127.0.0.1';
/** What a person fills in, and presses when there is nothing else to do, at either target. */
const FIELDS = { 'input[name=login]': 'email', 'input[name=email]': 'email', 'input[name=password]': 'password' };
const BUTTONS = ['#allow', 'button[name=logout][value=yes]', '#submit', 'button[type=submit]'];

/** Gives a context without cookies to `use`. */
export async function withChromium(use) {
  const chrome = await chromium.launch({ executablePath: CHROMIUM, args: [...SWITCHES, FOUND] });
  try {
    // The authority was made for this run, and Chromium has a store of its own.
    const context = await chrome.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(PATIENCE_MS);
    return await use(context);
  } finally {
    await chrome.close();
  }
}

/** Answers the issuer's pages until the tab is at an address that begins with `home`. */
export async function comeHome(tab, home, user) {
  for (const end = Date.now() + PATIENCE_MS; !tab.url().startsWith(home); ) {
    if (Date.now() > end) throw new Error(`the way ends at ${tab.url()}: ${await tab.innerText('body')}`);
    try {
      await answer(tab, user);
    } catch (error) {
      // A page that went on by itself while it was looked at.
      if (!/navigation|navigating|context was destroyed/.test(error.message)) throw error;
    }
  }
  await tab.waitForLoadState('load');
}

async function answer(tab, user) {
  for (const [field, what] of Object.entries(FIELDS)) {
    if (await tab.locator(field).count()) await tab.fill(field, user[what]);
  }
  for (const button of BUTTONS) {
    if (!(await tab.locator(button).count())) continue;
    await Promise.all([tab.waitForEvent('load'), tab.locator(button).first().click()]);
    return;
  }
  await tab.waitForTimeout(20);
}
