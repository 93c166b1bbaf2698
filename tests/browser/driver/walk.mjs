// A person who does anything at all in a browser: answers, goes back, reloads, opens tabs, loses cookies, comes too late.
// Owns what can be done, what a person knows by then, and the way to the client from wherever it led.

import assert from 'node:assert/strict';

import { expireJourneys, firstClient, relyingParty, secondClient } from './deployment.mjs';
import { answer, claim, mistype } from './journey.mjs';

/** Pages between any place and the client: a start from the beginning, every page of the longest way, and the client's own. */
const MAX_PAGES = 12;

/** How often something may happen on a walk: attempts of an account are limited, to five a minute. */
const SCARCE = { cookiesLost: 2, mistyped: 1 };

/** What can happen, each as often as it stands here. */
const HAPPENINGS = [
  'answered', 'answered', 'answered', 'answered', 'answered',
  'wentBack', 'wentForward', 'reloaded', 'sameInNewTab', 'sameInNewTab', 'startedInNewTab', 'closedTab',
  'cookiesLost', 'expired', 'mistyped', 'answeredEverywhere', 'answeredTwice',
];

export class Walk {
  /** A walk in at most `maxTabs` tabs, at the relying party's two clients and where there is one at an application of its own. */
  constructor(browser, person, dice, { maxTabs = 3, application } = {}) {
    Object.assign(this, { browser, person, dice, maxTabs, application });
    Object.assign(this, { tabs: [], homes: new Map(), left: { ...SCARCE }, trail: [] });
    this.clients = [firstClient, secondClient, ...(application ? [application.request()] : [])];
  }

  /** Lets `count` things happen. */
  async wander(count) {
    await this.startedInNewTab();
    for (let number = 0; number < count; number += 1) {
      const what = this.dice.one(HAPPENINGS);
      const tab = this.dice.one(this.tabs);
      this.#note(`${what} in tab ${this.tabs.indexOf(tab) + 1}`, tab);
      await this[what](tab);
    }
  }

  /** Goes on in every tab until the client there says that somebody is signed in. */
  async arriveEverywhere() {
    for (const tab of this.tabs) await this.arrive(tab);
  }

  /** Goes on in a tab until its own client says that somebody is signed in, by everything that the account has. */
  async arrive(tab) {
    const pages = [];
    const hadApp = this.person.totpSecret !== undefined;
    while (!(await this.#hasArrived(tab))) {
      assert.ok(pages.length < MAX_PAGES, `goes round in circles: ${pages}, ${await tab.text('main')}`);
      this.#note('goes on', tab);
      pages.push(tab.step);
      await this.answered(tab);
    }
    assert.equal(this.#clientAt(tab), this.homes.get(tab), 'the code of another client');
    if (pages.length && hadApp && tab.isAt(relyingParty)) assert.equal(await claim(tab, 'acr'), 'aal2');
  }

  async answered(tab) {
    if (tab.isAtIssuer) return answer(tab, this.person);
    if (!tab.isAt(relyingParty)) return tab.visit(this.application.request());
    if (await this.#hasArrived(tab)) return tab.press('#sign-out');
    const ways = (await tab.has('#step-up')) ? ['#sign-in', '#sign-in', '#step-up'] : ['#sign-in'];
    return tab.press(this.dice.one(ways));
  }

  async answeredEverywhere() {
    for (const tab of [...this.tabs]) await this.answered(tab);
  }

  /** As a person who is used to it from a desktop: with two clicks where one is enough. */
  async answeredTwice(tab) {
    tab.clicks = 2;
    await this.answered(tab);
    tab.clicks = 1;
  }

  async mistyped(tab) {
    if (!tab.isAtIssuer || this.left.mistyped === 0) return;
    if (await mistype(tab, this.person)) this.left.mistyped -= 1;
  }

  async wentBack(tab) {
    await tab.back();
  }

  async wentForward(tab) {
    await tab.forward();
  }

  async reloaded(tab) {
    await tab.reload();
  }

  async sameInNewTab(tab) {
    await this.#open(tab.page.url(), this.homes.get(tab));
  }

  async startedInNewTab() {
    const home = this.dice.one(this.clients);
    await this.#open(home, home);
  }

  async closedTab(tab) {
    if (this.tabs.length === 1) return;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    await tab.page.close();
  }

  async cookiesLost() {
    if (this.left.cookiesLost === 0) return;
    this.left.cookiesLost -= 1;
    await this.browser.forgetIssuer();
  }

  async expired() {
    expireJourneys();
  }

  async #open(address, home) {
    if (this.tabs.length === this.maxTabs) return;
    const tab = await this.browser.tab(address);
    this.tabs.push(tab);
    this.homes.set(tab, home);
  }

  async #hasArrived(tab) {
    return tab.isAt(relyingParty) ? tab.has('#signed-in-as') : tab.address.searchParams.has('code');
  }

  #note(what, tab) {
    this.trail.push(`${what}, at ${tab.address.pathname}`);
  }

  /** The client whose page a tab shows; the second one's are below the first one's. */
  #clientAt(tab) {
    if (!tab.isAt(relyingParty)) return this.application.request();
    return tab.page.url().startsWith(secondClient) ? secondClient : firstClient;
  }
}
