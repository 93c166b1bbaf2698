// A sign-in that is unusual for its account is confirmed by a code in a mail, once.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { apply, firstClient, Person } from '../driver/deployment.mjs';
import { answer, assertSignedIn, claim, finish, signIn } from '../driver/journey.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { story } from '../driver/story.mjs';

before(() => apply('[[tenants]]\nslug = "default"\nrisk = "confirm"\n'));

/** Gives address and password at the client whose page a tab shows. */
async function toConfirmation(tab, person) {
  await tab.press('#sign-in');
  await answer(tab, person);
  assert.equal(tab.step, 'email-code');
}

story('an unusual sign-in says why it is confirmed, and the device is known from then on', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await toConfirmation(tab, person);
  assert.ok((await tab.text('main')).includes(person.email));
  await tab.page.click('#why summary');
  assert.match(await tab.text('#why'), /risk:new_device.*risk:new_network/s);

  assert.deepEqual(await finish(tab, person), ['email-code', 'consent']);
  await assertSignedIn(tab);
  assert.equal(await claim(tab, 'acr'), 'aal1');

  await tab.press('#sign-out');
  if (tab.isAtIssuer) await tab.press('#submit');
  const again = await browser.tab(firstClient);
  assert.deepEqual(await signIn(again, person), ['identify']);
});

story('the link of the mail fills the code in, and reload, back and forward keep the page', async (openBrowser) => {
  const person = Person.make();
  const tab = await (await openBrowser()).tab(firstClient);
  await toConfirmation(tab, person);
  await tab.reload();
  assert.equal(tab.step, 'email-code');
  await tab.back();
  await tab.forward();
  assert.equal(tab.step, 'email-code');

  await tab.visit(await linkMailedTo(person.email, /signing in/, /\/j\//));
  assert.match(await tab.page.inputValue('#code'), /^\d{6}$/);
  await tab.press('#submit');
  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);
});

story('who cannot read the mails turns to another account, and is asked again on coming back', async (openBrowser) => {
  const [person, other] = [Person.make(), Person.make()];
  const tab = await (await openBrowser()).tab(firstClient);
  await toConfirmation(tab, person);
  person.mailedCodes += 1;
  assert.ok(!(await tab.has('#other-way')));
  await tab.press('#another-account');
  assert.equal(tab.step, 'identify');
  await answer(tab, person);
  assert.equal(tab.step, 'email-code');

  await tab.press('#another-account');
  assert.deepEqual(await finish(tab, other), ['identify', 'email-code', 'consent']);
  await assertSignedIn(tab);
});
