// Signing in at the relying party, and what it does with that.

import assert from 'node:assert/strict';

import { firstClient, Person } from '../driver/deployment.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { assertSignedIn, finish, signIn } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

story('a person signs in, calls the API, refreshes and signs out', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);

  assert.deepEqual(await signIn(tab, person), ['identify', 'consent']);
  assert.ok((await tab.text('#userinfo')).includes(person.email), await tab.text('#userinfo'));

  await tab.press('#call-api');
  assert.equal(await tab.text('#api-answer .status'), '200');

  const former = await tab.text('#refresh-token .token');
  await tab.press('#refresh');
  await assertSignedIn(tab);
  assert.notEqual(await tab.text('#refresh-token .token'), former, 'the refresh token was not replaced');

  await tab.press('#sign-out');
  await finish(tab, person);
  assert.equal(await tab.text('#signed-out h1'), 'You are signed out');
});

story('after signing out the password is asked for again, and consent is remembered', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await signIn(tab, person);
  await tab.press('#sign-out');

  const pages = await signIn(tab, person);

  assert.deepEqual(pages, ['identify']);
});

story('a code from a mail takes the place of the password, and its link fills it in', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  await tab.fill('#email', person.email);
  await tab.press('#mail-code');
  assert.equal(tab.step, 'email-code');
  await tab.press('#other-way');
  assert.equal(tab.step, 'identify');

  const link = await linkMailedTo(person.email, /code/i, /\/j\//);
  const elsewhere = await openBrowser();
  const stranger = await elsewhere.tab(link);
  assert.ok(await stranger.has('#start-again'), 'the link does something in another browser');
  await tab.visit(link);
  await tab.press('#submit');

  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);
});
