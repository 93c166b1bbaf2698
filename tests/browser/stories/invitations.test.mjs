// An invitation: a mailed link, a button, a form with the address in it, and the account is there; in whichever browser.

import assert from 'node:assert/strict';

import { invite, issuer, Person } from '../driver/deployment.mjs';
import { answer } from '../driver/journey.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { story } from '../driver/story.mjs';

story('whoever is invited accepts, chooses a password and is at the account pages', async (openBrowser) => {
  const person = Person.unknown();
  invite(person.email);
  const tab = await (await openBrowser()).tab(await linkMailedTo(person.email, /invited/i));
  await tab.reload();

  await tab.press('#submit');
  assert.equal(tab.step, 'register');
  assert.equal(await tab.page.inputValue('#email'), person.email);
  await tab.fill('#name', 'Somebody New');
  await tab.fill('#password', 'seven boats behind the lighthouse');
  await tab.press('#submit');

  assert.equal(tab.page.url(), `${issuer}/account`);
  assert.ok((await tab.text('main')).includes(person.email));
});

story('who is signed in as somebody else is told, and is signed in to both afterwards', async (openBrowser) => {
  const present = Person.make();
  const person = Person.unknown();
  const browser = await openBrowser();
  const tab = await browser.tab(`${issuer}/account`);
  while (tab.step !== 'account') await answer(tab, present);
  invite(person.email);
  await tab.visit(await linkMailedTo(person.email, /invited/i));
  assert.ok((await tab.text('main')).includes(present.email));

  await tab.press('#submit');
  await tab.fill('#name', 'Somebody New');
  await tab.fill('#password', 'seven boats behind the lighthouse');
  await tab.press('#submit');

  assert.ok((await tab.text('main')).includes(person.email));
  await tab.visit(`${issuer}/account/switch`);
  assert.ok((await tab.text('main')).includes(present.email));
});
