// What a person sees who mistypes, or says no.

import assert from 'node:assert/strict';

import { firstClient, Person } from '../driver/deployment.mjs';
import { assertSignedIn, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

/** The id of the element that has the focus. */
const focused = (tab) => tab.page.evaluate(() => document.activeElement?.id);

story('a wrong password is told at the top, where the focus is, and the right one goes on', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  assert.equal(await focused(tab), 'email');

  await tab.fill('#email', person.email);
  await tab.fill('#password', `not ${person.password}`);
  await tab.press('#submit');

  assert.equal(tab.step, 'identify');
  assert.match(await tab.page.title(), /^Error: /);
  assert.equal(await focused(tab), 'error-summary');
  assert.match(await tab.text('#error-summary'), /wrong/);
  assert.equal(await tab.page.inputValue('#email'), person.email);
  assert.equal(await tab.page.inputValue('#password'), '');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('what is missing is told at its field, and the summary leads there', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');

  await tab.fill('#email', person.email);
  await tab.press('#submit');

  assert.match(await tab.page.title(), /^Error: /);
  assert.equal(await focused(tab), 'error-summary');
  assert.equal(await tab.page.getAttribute('#password', 'aria-describedby'), 'password-error');
  assert.equal(await tab.page.getAttribute('#password', 'aria-invalid'), 'true');
  assert.ok(!(await tab.has('#email-error')));
  await tab.page.click('#error-summary a');
  assert.equal(tab.address.hash, '#password');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('a wrong one-time code is told at its field', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#step-up');
  await tab.fill('#email', person.email);
  await tab.fill('#password', person.password);
  await tab.press('#submit');
  assert.equal(tab.step, 'enrol-totp');
  const secret = await tab.text('#secret');

  await tab.fill('#code', 'abcdef');
  await tab.press('#submit');

  assert.match(await tab.page.title(), /^Error: /);
  assert.ok(await tab.has('#code-error'));
  assert.equal(await tab.text('#secret'), secret, 'the app that has the secret already would be wrong');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('who denies consent comes back to the client, signed out, and may think again', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  await tab.fill('#email', person.email);
  await tab.fill('#password', person.password);
  await tab.press('#submit');
  assert.equal(tab.step, 'consent');

  await tab.press('#deny');

  assert.ok(!tab.isAtIssuer);
  assert.equal(await tab.text('#error-code'), 'access_denied');
  await tab.press('#sign-in');
  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);
});
