// Two factors, because the client asks for them (acr_values=aal2), and without the authenticator app.

import assert from 'node:assert/strict';

import { firstClient, Person } from '../driver/deployment.mjs';
import { assertSignedIn, claim, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

/** Steps up in a tab at the client and returns the names of the issuer's pages on the way. */
async function stepUp(tab, person) {
  await tab.press('#step-up');
  const pages = await finish(tab, person);
  await assertSignedIn(tab);
  return pages;
}

story('a step-up sets up an authenticator app, which later sign-ins ask for', async (openBrowser) => {
  const person = Person.make();
  const first = await openBrowser();
  const tab = await first.tab(firstClient);

  assert.deepEqual(await stepUp(tab, person), ['identify', 'enrol-totp', 'recovery-codes', 'consent']);
  assert.equal(await claim(tab, 'acr'), 'aal2');
  assert.ok(person.recoveryCodes.length >= 8, `${person.recoveryCodes.length} recovery codes`);

  const another = await openBrowser();
  const elsewhere = await another.tab(firstClient);
  assert.deepEqual(await stepUp(elsewhere, person), ['identify', 'second-factor']);
  assert.equal(await claim(elsewhere, 'acr'), 'aal2');
});

story('a person who is signed in proves the missing factor alone', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  await finish(tab, person);
  assert.equal(await claim(tab, 'acr'), 'aal1');

  assert.deepEqual(await stepUp(tab, person), ['enrol-totp', 'recovery-codes']);
  assert.equal(await claim(tab, 'acr'), 'aal2');
});

story('a recovery code stands in for the app, once', async (openBrowser) => {
  const person = Person.make();
  await stepUp(await (await openBrowser()).tab(firstClient), person);
  const [code] = person.recoveryCodes;

  const first = await openBrowser();
  const tab = await first.tab(firstClient);
  await toRecoveryCode(tab, person);
  await tab.fill('#code', code);
  await tab.press('#submit');
  await finish(tab, person);
  await assertSignedIn(tab);

  const second = await openBrowser();
  const again = await second.tab(firstClient);
  await toRecoveryCode(again, person);
  await again.fill('#code', code);
  await again.press('#submit');
  assert.equal(again.step, 'recovery-code');
  assert.match(await again.page.title(), /^Error: /);
  assert.ok(await again.has('#code-error'));

  await again.press('#use-totp');
  assert.deepEqual(await finish(again, person), ['second-factor']);
  await assertSignedIn(again);
});

/** Signs in with the password and asks for the page that takes a recovery code. */
async function toRecoveryCode(tab, person) {
  await tab.press('#sign-in');
  await tab.fill('#email', person.email);
  await tab.fill('#password', person.password);
  await tab.press('#submit');
  assert.equal(tab.step, 'second-factor');
  await tab.press('#use-recovery-code');
  assert.equal(tab.step, 'recovery-code');
}
