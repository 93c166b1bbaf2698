// One sign-in for several clients.

import assert from 'node:assert/strict';

import { firstClient, Person, secondClient } from '../driver/deployment.mjs';
import { answer, assertSignedIn, finish, signIn } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

story('a second client signs a person in without a password', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  await signIn(first, person);

  const second = await browser.tab(secondClient);

  assert.deepEqual(await signIn(second, person), ['consent']);
});

story('a client that was agreed to before signs in without a page', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(secondClient);
  await signIn(tab, person);
  await browser.context.clearCookies({ domain: '127.0.0.1' });
  await tab.visit(secondClient);

  assert.deepEqual(await signIn(tab, person), []);
});

story('prompt=login asks for the password of a person who is signed in', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await signIn(tab, person);

  await tab.press('#sign-in-again');

  assert.equal(tab.step, 'password');
  assert.equal(await tab.page.inputValue('#email'), person.email);
  assert.deepEqual(await finish(tab, person), ['password']);
});

story('who has two accounts in one browser is asked which, and may take a third', async (openBrowser) => {
  const [ada, grace, alan] = [Person.make(), Person.make(), Person.make()];
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await signIn(tab, ada);
  await tab.press('#sign-in-again');
  await tab.press('#another-account');
  await finish(tab, grace);
  const subject = await tab.text('#subject');

  await tab.visit(`${firstClient}login`);
  assert.equal(tab.step, 'select-account');
  await answer(tab, ada);
  await assertSignedIn(tab);
  assert.notEqual(await tab.text('#subject'), subject);

  await tab.visit(`${firstClient}login`);
  await tab.press('#another-account');
  assert.deepEqual(await finish(tab, alan), ['identify', 'consent']);
  await assertSignedIn(tab);
});
