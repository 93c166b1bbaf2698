// A person's way through the issuer's pages, whichever come: each is answered by what it asks for.

import assert from 'node:assert/strict';

import { Person } from './deployment.mjs';
import { codeMailedTo } from './mail.mjs';

/** How often one page may come up in a journey: a second time after a start from the beginning. */
const MAX_SAME_PAGE = 2;

/** How a page is answered, by the last part of its address. */
const ANSWERS = {
  async identify(tab, person) {
    await tab.fill('#email', person.email);
    if (!person.password) return tab.press('#mail-code');
    await tab.fill('#password', person.password);
    await tab.press('#submit');
  },
  async password(tab, person) {
    if (!person.password) return tab.press('#mail-code');
    await tab.fill('#password', person.password);
    await tab.press('#submit');
  },
  async register(tab, person) {
    await tab.fill('#name', 'Somebody New');
    await tab.fill('#email', person.email);
    await tab.press('#submit');
  },
  async 'email-code'(tab, person) {
    person.mailedCodes += 1;
    await tab.fill('#code', await codeMailedTo(person.email, person.mailedCodes));
    await tab.press('#submit');
  },
  async 'second-factor'(tab, person) {
    await tab.fill('#code', await person.nextCode());
    await tab.press('#submit');
  },
  async 'enrol-totp'(tab, person) {
    const secret = await tab.text('#secret');
    await tab.fill('#code', await person.nextCode(secret));
    await tab.press('#submit');
    // The form of an old page changes nothing: the app that was set up elsewhere stays.
    if (tab.step === 'recovery-codes' && !(await tab.has('#notice'))) person.totpSecret = secret;
  },
  async 'recovery-codes'(tab, person) {
    person.recoveryCodes = await tab.page.locator('#recovery-codes code').allInnerTexts();
    await tab.press('#submit');
  },
  async 'enrol-passkey'(tab, person) {
    await tab.press(person.wantsPasskeys ? '#passkey' : '#skip');
  },
  async passkey(tab) {
    await tab.press('#passkey');
  },
  async 'select-account'(tab, person) {
    await tab.press(`button.account:has-text("${person.email}")`);
  },
  async consent(tab) {
    await tab.press('#allow');
  },
};

/** Answers the page that a tab shows. */
export async function answer(tab, person) {
  if (await tab.has('#start-again')) return tab.press('#start-again');
  const act = ANSWERS[tab.step];
  assert.ok(act, `nobody knows how to answer ${tab.page.url()}`);
  return act(tab, person);
}

/** Gives a wrong password where one is asked for; whether it was. */
export async function mistype(tab, person) {
  if (!['identify', 'password'].includes(tab.step)) return false;
  await answer(tab, new Person(person.email, `not ${person.password}`));
  return true;
}

/**
 * Goes on until the relying party is reached, and returns the names of the pages on the way.
 *
 * `atEach` is what the person does at every page before answering it.
 */
export async function finish(tab, person, atEach = async () => {}) {
  const pages = [];
  while (tab.isAtIssuer) {
    const seen = pages.filter((page) => page === tab.step).length;
    assert.ok(seen < MAX_SAME_PAGE, `goes round in circles: ${pages}, ${await tab.text('main')}`);
    await atEach(tab);
    pages.push(tab.step);
    await answer(tab, person);
  }
  return pages;
}

/** Signs in at the client whose page a tab shows, and returns the names of the issuer's pages on the way. */
export async function signIn(tab, person) {
  await tab.press('#sign-in');
  const pages = await finish(tab, person);
  await assertSignedIn(tab);
  return pages;
}

/** Fails unless the relying party says that somebody is signed in. */
export async function assertSignedIn(tab) {
  assert.ok(await tab.has('#signed-in-as'), `not signed in at ${tab.page.url()}: ${await tab.text('main h1')}`);
}

/** Returns a claim of the ID token that the relying party shows, as text; undefined when it has none. */
export async function claim(tab, name) {
  const rows = tab.page.locator(`#id-token tr:has(th code:text-is("${name}"))`);
  return (await rows.count()) ? (await rows.last().locator('td').first().innerText()).trim() : undefined;
}
