// Passkeys in Chromium's own authenticator: added, found by the address field, asked for by the button, stepped up to.

import assert from 'node:assert/strict';

import { Application } from '../driver/application.mjs';
import { Authenticator } from '../driver/authenticator.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { firstClient, Person } from '../driver/deployment.mjs';
import { answer, assertSignedIn, claim, finish, signIn } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

const PHISHING_RESISTANT = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } });

/** Gives a person a passkey in a tab, at the wish of an application that demands one. */
async function addPasskey(tab, person) {
  const application = await Application.start({ metadata: () => ({ first_party: true }) });
  tab.watch.expect(application.origin);
  await tab.visit(application.request({ claims: PHISHING_RESISTANT }));
  const pages = await finish(tab, person);
  assert.equal(application.received('/cb').length, 1);
  application.stop();
  return pages;
}

/** Begins to sign in and waits until the page has come up. */
async function atFirstPage(browser) {
  const tab = await browser.tab(firstClient);
  const authenticator = await Authenticator.in(tab, { touches: false });
  return { tab, authenticator };
}

if (scriptsAllowed) {
  story('a person adds a passkey where an application demands one, and signs in with it by the button', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    const authenticator = await Authenticator.in(tab);

    assert.deepEqual(await addPasskey(tab, person), ['identify', 'enrol-passkey', 'recovery-codes']);
    assert.ok(person.recoveryCodes.length >= 8, `${person.recoveryCodes.length} recovery codes`);
    assert.equal((await authenticator.passkeys()).length, 1);

    // A newcomer to this browser: nothing of the issuer's is in it but the passkey. One press of the button, and the
    // authenticator's own question: nothing else is typed or pressed before the page after it.
    await browser.forgetIssuer();
    await authenticator.rest();
    await tab.visit(firstClient);
    await tab.press('#sign-in');
    assert.equal(tab.step, 'identify');
    await authenticator.touch();
    await tab.press('#passkey');
    assert.equal(tab.step, 'consent');
    assert.deepEqual(await finish(tab, person), ['consent']);
    await assertSignedIn(tab);
    assert.equal(await claim(tab, 'acr'), 'phr');
  });

  story('the list at the address field signs a returning person in with one interaction', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    const authenticator = await Authenticator.in(tab);
    await addPasskey(tab, person);
    await tab.visit(firstClient);
    await signIn(tab, person);
    await tab.press('#sign-out');
    await finish(tab, person);

    // The page asks by itself; picking from the list, which the automation does at once, is all there is to do: nothing is
    // pressed or typed at our page.
    await tab.visit(firstClient);
    await tab.page.click('#sign-in');
    await tab.page.waitForURL((url) => /\/(consent|select-account)$/.test(url.pathname) || url.href.startsWith(firstClient));
    await finish(tab, person);
    await assertSignedIn(tab);
    assert.equal(await claim(tab, 'amr'), '["swk","user","mfa"]');
  });

  story('a passkey that was added on one device signs in on another', async (openBrowser) => {
    const person = Person.make();
    const first = await openBrowser();
    const tab = await first.tab(firstClient);
    const phone = await Authenticator.in(tab);
    await addPasskey(tab, person);

    const second = await openBrowser();
    const { tab: elsewhere, authenticator: laptop } = await atFirstPage(second);
    await laptop.copyFrom(phone);
    await laptop.touch();
    await elsewhere.page.click('#sign-in');
    await elsewhere.page.waitForURL((url) => url.pathname.endsWith('/consent'));
    await finish(elsewhere, person);
    await assertSignedIn(elsewhere);
  });

  story('after a password the passkey is asked for at once, and a recovery code is another way', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    await Authenticator.in(tab);
    await addPasskey(tab, person);

    const without = await openBrowser();
    const elsewhere = await without.tab(firstClient);
    await Authenticator.in(elsewhere, { touches: false });
    await elsewhere.press('#sign-in');
    await answer(elsewhere, person);
    assert.equal(elsewhere.step, 'passkey');
    await elsewhere.press('#use-recovery-code');
    await elsewhere.fill('#code', person.recoveryCodes[0]);
    await elsewhere.press('#submit');
    await finish(elsewhere, person);
    await assertSignedIn(elsewhere);
    assert.equal(await claim(elsewhere, 'acr'), 'aal2');
  });

  story('what the browser answers is said in words, and the page goes on working', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    const authenticator = await Authenticator.in(tab);
    await addPasskey(tab, person);
    await browser.forgetIssuer();
    await authenticator.rest();
    await tab.visit(firstClient);
    await tab.press('#sign-in');

    // The screen lock is not opened: NotAllowedError.
    await authenticator.verifies(false);
    await authenticator.touch();
    await tab.page.click('#passkey');
    await tab.page.waitForSelector('#passkey-problem:visible');
    assert.equal(await tab.text('#passkey-problem'), 'No passkey was used. Try again when you are ready, or choose another way.');
    await tab.assertWayOn();

    await authenticator.verifies(true);
    await tab.press('#passkey');
    await finish(tab, person);
    await assertSignedIn(tab);
  });
} else {
  story('without scripts nothing speaks of passkeys on the first page, and the password signs in', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    await tab.press('#sign-in');
    assert.equal(tab.step, 'identify');
    assert.equal(await tab.page.locator('#passkey:visible').count(), 0);
    await finish(tab, person);
    await assertSignedIn(tab);
  });

  story('without scripts a page about passkeys says so and can be left', async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const application = await Application.start({ metadata: () => ({ first_party: true }) });
    const tab = await browser.tab(firstClient);
    tab.watch.expect(application.origin);
    await tab.visit(application.request({ claims: PHISHING_RESISTANT }));
    await answer(tab, person);
    assert.equal(tab.step, 'enrol-passkey');
    assert.ok(await tab.has('[data-without-passkeys]:visible'));
    await tab.press('#cannot');
    const [answered] = application.received('/cb');
    assert.match(answered.path, /error=unmet_authentication_requirements/);
    application.stop();
  });
}
