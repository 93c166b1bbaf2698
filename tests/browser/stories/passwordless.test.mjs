// A tenant without passwords: accounts are made, and signed in to, with a code in a mail or a passkey.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { Authenticator } from '../driver/authenticator.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { apply, firstClient, issuer, Person } from '../driver/deployment.mjs';
import { assertSignedIn, claim, finish, signIn } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

before(() => apply('[[tenants]]\nslug = "default"\npasswords = "off"\nemail_sign_in = "allowed"\nregistration = true\n'));

/** Registers at the client whose page a tab shows, and returns the names of the issuer's pages on the way. */
async function register(tab, person) {
  await tab.press('#sign-in');
  assert.ok(!(await tab.has('#password')));
  await tab.press('#register');
  const pages = await finish(tab, person);
  await assertSignedIn(tab);
  return pages;
}

story('an account is made with a code alone, and another code signs in elsewhere', async (openBrowser) => {
  const person = Person.unknown();
  person.wantsPasskeys = false;
  const tab = await (await openBrowser()).tab(firstClient);

  assert.deepEqual(await register(tab, person), ['register', 'email-code', 'enrol-passkey', 'consent']);

  const elsewhere = await (await openBrowser()).tab(firstClient);
  assert.deepEqual((await signIn(elsewhere, person)).slice(0, 3), ['identify', 'email-code', 'enrol-passkey']);
  await elsewhere.visit(`${issuer}/account/security`);
  assert.ok(!(await elsewhere.has('#password')));
});

if (scriptsAllowed) {
  story('an account is made with a code and a passkey, which signs in by the button', async (openBrowser) => {
    const person = Person.unknown();
    const tab = await (await openBrowser()).tab(firstClient);
    const authenticator = await Authenticator.in(tab);

    const pages = await register(tab, person);
    assert.deepEqual(pages, ['register', 'email-code', 'enrol-passkey', 'recovery-codes', 'consent']);

    const elsewhere = await (await openBrowser()).tab(firstClient);
    const laptop = await Authenticator.in(elsewhere, { touches: false });
    await laptop.copyFrom(authenticator);
    await elsewhere.press('#sign-in');
    assert.equal(elsewhere.step, 'identify');
    await laptop.touch();
    await elsewhere.press('#passkey');
    await finish(elsewhere, person);
    await assertSignedIn(elsewhere);
    assert.equal(await claim(elsewhere, 'acr'), 'phr');
  });
}
