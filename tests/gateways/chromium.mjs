// A person at Chromium who goes where she is told, and stays signed in from one visit to the next.
//
//   node chromium.mjs      reads visits, a line of JSON each: address; to answer pages: home, where that ends, and user
//
// Prints a line of JSON for each: url, and what an application says there; fault, where it went wrong. Ends with its standard input.

import { createInterface } from 'node:readline';

import { comeHome, withChromium } from '../clients/driver/chromium.mjs';

/** Goes to an address, and on to `home` if there is one. */
async function visit(tab, { address, home, user }) {
  await tab.goto(address);
  if (home) await comeHome(tab, home, user);
  await tab.waitForLoadState('load');
  // The application answers in JSON, which Chromium shows as it is.
  const shown = tab.locator('pre');
  return { url: tab.url(), body: (await shown.count()) === 1 ? await shown.textContent() : '' };
}

await withChromium(async (context) => {
  const tab = await context.newPage();
  for await (const line of createInterface({ input: process.stdin })) {
    const went = await visit(tab, JSON.parse(line)).catch(({ message }) => ({ fault: message }));
    console.log(JSON.stringify(went));
  }
});
