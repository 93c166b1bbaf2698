// Browsers of people in Chromium: each a profile of its own, with its own cookies, watched on every page.
//
//   PORTREEVE_SCRIPTS=off   runs no script in any page

import { Tab } from './tab.mjs';
import { Watch } from './watch.mjs';

/** How long a page may take, in milliseconds: a password is hashed in a development build, on a busy machine. */
const PATIENCE_MS = 15_000;

/** Whether pages may run scripts. */
export const scriptsAllowed = process.env.PORTREEVE_SCRIPTS !== 'off';

/** A person's browser. */
export class Browser {
  constructor(context, watch) {
    this.context = context;
    this.watch = watch;
  }

  /**
   * Opens a new profile. `look` is what Chromium shall pretend: viewport, colour scheme.
   *
   * @param {import('playwright-core').BrowserContextOptions} [look]
   */
  static async open(chrome, look = {}) {
    const context = await chrome.newContext({ javaScriptEnabled: scriptsAllowed, locale: 'en', ...look });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Browser(context, new Watch(context));
  }

  /** Opens a tab at an address. */
  async tab(address) {
    const tab = new Tab(await this.context.newPage(), this.watch);
    await this.watch.follow(tab.page);
    await tab.visit(address);
    return tab;
  }

  /** Forgets everything the issuer has stored in this browser, and nothing of the relying party's. */
  async forgetIssuer() {
    await this.context.clearCookies({ domain: 'localhost' });
  }
}
