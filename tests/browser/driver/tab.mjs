// A tab: what a person does in it, with a look at every page that comes up.

import assert from 'node:assert/strict';

import { issuer } from './deployment.mjs';
import { unreadable, widerThanWindow } from './looks.mjs';

/** The narrowest window of WCAG 2.2 §1.4.10, and that of a desktop, in CSS pixels. */
const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 800 };

/** What a page has that ends a form by sending the browser on to the application. */
const SENDS_ON = 'meta[http-equiv="refresh"][content^="0;"]';

/** What a tab shows before it has been anywhere. */
const EMPTY = 'about:blank';

export class Tab {
  /** @param {import('playwright-core').Page} page */
  constructor(page, watch) {
    this.page = page;
    this.watch = watch;
    /** How often a button is clicked when it is pressed. */
    this.clicks = 1;
  }

  /** Goes to an address. */
  async visit(address) {
    await this.page.goto(address);
    await this.#look();
  }

  /** Presses a button or link and waits for the page it leads to. */
  press(selector) {
    return this.leave(() => this.page.click(selector, { clickCount: this.clicks }));
  }

  /** Does what leads to another page, and waits for it. */
  async leave(act) {
    // Waited for from before: the new page may be there before the act is told to be done.
    await Promise.all([this.page.waitForEvent('load', () => this.#stays()), act()]);
    await this.page.waitForLoadState('load');
    // The second click may have sent the form again meanwhile.
    if (this.clicks > 1) await this.page.waitForLoadState('networkidle');
    await this.#look();
  }

  /** Goes back; where nothing was before, it stays. */
  async back() {
    await this.#go(() => this.page.goBack());
    if (this.page.url() === EMPTY) await this.page.goForward();
    await this.#look();
  }

  /** Goes forward; where nothing came after, it stays. */
  async forward() {
    await this.#go(() => this.page.goForward());
    await this.#look();
  }

  async reload() {
    await this.page.reload();
    await this.#look();
  }

  fill(selector, text) {
    return this.page.fill(selector, text);
  }

  /** Whether something is on the page. */
  async has(selector) {
    return (await this.page.locator(selector).count()) > 0;
  }

  /** The text of something that is on the page once, without blanks around it. */
  async text(selector) {
    return (await this.page.locator(selector).innerText()).trim();
  }

  get address() {
    return new URL(this.page.url());
  }

  /** Whether the tab shows a page of an origin. */
  isAt(origin) {
    return this.address.origin === origin;
  }

  get isAtIssuer() {
    return this.isAt(issuer);
  }

  /** The page of a journey by the last part of its address, such as `consent`; its id for the journey's own address. */
  get step() {
    return this.address.pathname.split('/').at(-1);
  }

  /** Fails unless the page says what it is and has a way on. */
  async assertWayOn() {
    assert.equal(await this.page.locator('main h1:visible').count(), 1, `${this.page.url()} has no main heading`);
    const ways = this.page.locator('main :is(button:enabled, a[href]):visible');
    assert.notEqual(await ways.count(), 0, `${this.page.url()} is a dead end`);
  }

  /** Whether the page that is there does not send the browser on at once; false between two pages, where there is none. */
  async #stays() {
    try {
      return await this.page.evaluate((sendsOn) => !!document.querySelector('main h1') && !document.querySelector(sendsOn), SENDS_ON);
    } catch {
      // It went on while it was looked at.
      return false;
    }
  }

  /**
   * Goes through the history. Where a form was answered by its own page, with what was wrong in it, Chromium shows a page of its
   * own, which says to reload: nothing of a sign-in is in its cache.
   */
  async #go(step) {
    try {
      await step();
    } catch (error) {
      if (!error.message.includes('ERR_CACHE_MISS')) throw error;
      await this.page.reload();
    }
  }

  /** Fails unless the page has a way on; at the issuer, notes what does not look right. */
  async #look() {
    await this.assertWayOn();
    if (this.isAtIssuer) await this.#checkLooks();
  }

  async #checkLooks() {
    for (const size of [NARROW, WIDE]) {
      await this.page.setViewportSize(size);
      const wide = await this.page.evaluate(widerThanWindow);
      if (wide) this.watch.complain(this.page.url(), `scrolls sideways at ${size.width} px: ${wide}`);
    }
    for (const colorScheme of ['dark', 'light']) {
      await this.page.emulateMedia({ colorScheme });
      for (const text of await this.page.evaluate(unreadable)) {
        this.watch.complain(this.page.url(), `too little contrast (${colorScheme}): ${text}`);
      }
    }
  }
}
