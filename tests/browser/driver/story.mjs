// A story: a test with browsers of its own. Fails when any page on the way was not as it must be, and then leaves
// pictures of all tabs behind.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Browser, scriptsAllowed } from './browser.mjs';
import { start } from './chromium.mjs';

const PICTURES = fileURLToPath(new URL('../../.work/browser', import.meta.url));
const TIMEOUT_MS = 120_000;
/** One cause has many effects; these are enough to find it. */
const SHOWN_COMPLAINTS = 10;

/** Started by the first story: a file may have none with scripts, or none without. */
let chrome;
after(() => chrome?.close());

/**
 * Tells a story. `run` gets a function that opens a browser: another person's, or another device.
 *
 * @param {string} name the rule it shows
 * @param {(openBrowser: () => Promise<Browser>) => Promise<void>} run
 */
export function story(name, run) {
  test(name, { timeout: TIMEOUT_MS }, async () => {
    chrome ??= await start();
    const browsers = [];
    const openBrowser = async () => {
      const browser = await Browser.open(chrome);
      browsers.push(browser);
      return browser;
    };
    try {
      await run(openBrowser);
      const wrong = await complaints(browsers);
      assert.equal(wrong.length, 0, 'the story holds, but its pages are not as they must be');
    } catch (error) {
      await takePictures(name, browsers);
      // What Chromium objected to is often why the story did not go on.
      error.message = [error.message, ...(await complaints(browsers))].join('\n');
      throw error;
    } finally {
      await Promise.all(browsers.map((browser) => browser.context.close()));
    }
  });
}

/** What was wrong on the pages of these browsers, as far as it helps. */
async function complaints(browsers) {
  const verdicts = await Promise.all(browsers.map((browser) => browser.watch.verdict()));
  return [...new Set(verdicts.flat())].slice(0, SHOWN_COMPLAINTS);
}

async function takePictures(name, browsers) {
  mkdirSync(PICTURES, { recursive: true });
  const pages = browsers.flatMap((browser) => browser.context.pages());
  for (const [number, page] of pages.entries()) {
    const file = `${name.replace(/\W+/g, '-')}-${scriptsAllowed ? 'scripts' : 'no-scripts'}-${number + 1}.png`;
    await page.screenshot({ path: join(PICTURES, file), fullPage: true });
    console.log(`tab ${number + 1} was at ${page.url()}, see tests/.work/browser/${file}`);
  }
}
