// Terms that hold at a client: read, agreed to, declined, and asked for again when they change.

import assert from 'node:assert/strict';

import { apply, firstClient, issuer, Person, secondClient } from '../driver/deployment.mjs';
import { answer, assertSignedIn, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

/** Terms of a version, for the second client alone. */
function terms(version) {
  return `
[[terms]]
id = "house"
version = "${version}"
clients = ["demo-spa"]
texts.en = { name = "House rules", uri = "https://shop.example/rules/${version}" }
`;
}

/** Signs in at a client as far as the terms. */
async function toTerms(tab, person) {
  await tab.press('#sign-in');
  await answer(tab, person);
  assert.equal(tab.step, 'terms');
}

story('who agrees goes on, is asked no more, and finds what was agreed to', async (openBrowser) => {
  await apply(terms('1'));
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(secondClient);
  await toTerms(tab, person);
  const link = tab.page.locator('#terms-1 a');
  assert.equal(await link.getAttribute('href'), 'https://shop.example/rules/1');
  assert.match((await link.getAttribute('rel')) ?? '', /noopener/);
  assert.match(await tab.page.textContent('#why'), /terms:house:1/);
  await tab.reload();

  await tab.press('#allow');

  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);
  const other = await browser.tab(firstClient);
  await other.press('#sign-in');
  assert.deepEqual(await finish(other, person), ['consent']);
  const account = await browser.tab(`${issuer}/account/terms`);
  assert.match(await account.text('#accepted-1'), /House rules/);

  await apply(terms('2'));
  const again = await (await openBrowser()).tab(secondClient);
  await toTerms(again, person);
  assert.match(await again.text('#terms-1'), /changed/i);
  await again.press('#allow');
  assert.deepEqual(await finish(again, person), []);
  await account.reload();
  assert.match(await account.text('main'), /rules\/1|1/);
  assert.ok(await account.has('#accepted-2'), 'the older version stays');
});

story('who does not agree goes back to the client without anything, and still reaches the account', async (openBrowser) => {
  await apply(terms('3'));
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(secondClient);
  await toTerms(tab, person);

  await tab.press('#deny');

  assert.ok(!tab.isAtIssuer, tab.page.url());
  assert.match(await tab.text('main'), /access_denied/);
  const account = await browser.tab(`${issuer}/account`);
  assert.ok((await account.text('main')).includes(person.email));
});
