// What a client wants to know about a person: asked for on the way to it, with a reason, and nowhere else.

import assert from 'node:assert/strict';

import { apply, firstClient, issuer, Person, secondClient } from '../driver/deployment.mjs';
import { answer, assertSignedIn, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

const SCHEMA = `
[[attributes]]
name = "phone_number"
type = "text"
asked.clients = ["demo-spa"]
texts.en = { label = "Phone number", purpose = "To ring you when your order is at the door" }

[[attributes]]
name = "shirt_size"
type = "choice"
choices = [{ value = "s", texts.en = "Small" }, { value = "l", texts.en = "Large" }]
asked.clients = ["demo-spa"]
scope = "shirts"
texts.en = { label = "Shirt size", purpose = "So that the shirt fits" }

[[attributes]]
name = "newsletter"
type = "boolean"
optional = true
asked.clients = ["demo-spa"]
texts.en = { label = "News by mail" }
`;

/** Signs in at a client as far as the page that asks. */
async function toProfile(tab, person) {
  await tab.press('#sign-in');
  assert.equal(tab.step, 'identify');
  await answer(tab, person);
  assert.equal(tab.step, 'profile');
}

story('a client has told what it asks for, with the reason at each field, and no other client asks', async (openBrowser) => {
  await apply(SCHEMA);
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(secondClient);
  await toProfile(tab, person);
  assert.equal(await tab.text('#phone_number-hint'), 'To ring you when your order is at the door');
  assert.match(await tab.text('label[for="attribute-newsletter"]'), /optional/);

  await tab.fill('#phone_number', '030 901820');
  await tab.page.selectOption('#attribute-shirt_size', 'l');
  await tab.press('#submit');
  assert.equal(tab.step, 'profile');
  assert.match(await tab.page.title(), /^Error: /);
  assert.match(await tab.text('#phone_number-error'), /country code/);
  assert.equal(await tab.page.inputValue('#phone_number'), '030 901820');
  assert.equal(await tab.page.inputValue('#attribute-shirt_size'), 'l');

  await tab.fill('#phone_number', '+49 30 901820');
  await tab.press('#submit');
  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);

  const other = await browser.tab(firstClient);
  await other.press('#sign-in');
  assert.deepEqual(await finish(other, person), ['consent']);
  const again = await (await openBrowser()).tab(secondClient);
  await again.press('#sign-in');
  assert.deepEqual(await finish(again, person), ['identify']);

  const account = await browser.tab(`${issuer}/account/profile`);
  assert.equal(await account.page.inputValue('#phone_number'), '+49 30 901820');
  await account.page.selectOption('#attribute-shirt_size', 's');
  await account.press('#submit');
  assert.equal(await account.page.inputValue('#attribute-shirt_size'), 's');
});

story('who does not want to tell goes back, and is asked the next time', async (openBrowser) => {
  await apply(SCHEMA);
  const person = Person.make();
  const tab = await (await openBrowser()).tab(secondClient);
  await toProfile(tab, person);

  await tab.press('#deny');

  assert.ok(!tab.isAtIssuer, tab.page.url());
  assert.match(await tab.text('main'), /access_denied/);
  await tab.visit(secondClient);
  await tab.press('#sign-in');
  assert.equal(tab.step, 'profile');
  assert.match(await tab.page.textContent('#why'), /attribute:shirt_size/);
});
