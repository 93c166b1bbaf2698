// A person who has a keyboard and nothing else. Owns going from one thing to the next and seeing where one is.

import assert from 'node:assert/strict';

/** More stops than any page has. */
const MAX_STOPS = 60;
const REACHABLE = ':is(a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary)';

export class Keyboard {
  constructor(tab) {
    this.tab = tab;
  }

  get #keys() {
    return this.tab.page.keyboard;
  }

  /** Goes on by the tabulator to what a selector means, and fails where it cannot be seen what has the focus. */
  async to(selector) {
    for (let stop = 0; stop < MAX_STOPS; stop += 1) {
      if (await this.tab.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await this.#next();
    }
    assert.fail(`the tabulator does not lead to ${selector} at ${this.tab.page.url()}`);
  }

  /** Types into what a selector means. */
  async type(selector, text) {
    await this.to(selector);
    await this.#keys.type(text);
  }

  /** Goes to a button or link, strikes a key, and waits for the page that it leads to. */
  async strike(selector, key = 'Enter') {
    await this.to(selector);
    await this.tab.leave(() => this.#keys.press(key));
  }

  /** Fails unless everything on the page that can be used is on the way of the tabulator, once round. */
  async assertReachesEverything() {
    const { page } = this.tab;
    const there = await page.locator(`${REACHABLE}:visible`).evaluateAll((all) => all.map((one) => one.outerHTML));
    const reached = new Set();
    // One stop more: the page itself, between its end and its beginning.
    for (let stop = 0; stop <= there.length; stop += 1) reached.add(await this.#next());
    const missed = there.filter((html) => !reached.has(html));
    assert.deepEqual(missed, [], `${missed.length} of ${there.length} are not reached at ${page.url()}`);
  }

  /** One stop further; what has the focus there, as HTML; nothing beyond the last. */
  async #next() {
    await this.#keys.press('Tab');
    const [html, isSeen] = await this.tab.page.evaluate(seen);
    assert.ok(isSeen, `the focus cannot be seen on ${html} at ${this.tab.page.url()}`);
    return html;
  }
}

/** In the page: what has the focus, and whether it is on the screen with something drawn around it. */
function seen() {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return ['', true];
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
  const isMarked = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  const { top, bottom, width, height } = focused.getBoundingClientRect();
  const isOnScreen = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
  return [focused.outerHTML, isMarked && isOnScreen];
}
