// A telephone number that a client wants proven: a code by text message, mistakes, another number, and the same on the profile.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';

import { apply, issuer, Person, secondClient } from '../driver/deployment.mjs';
import { answer, assertSignedIn, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';
import { textedTo } from '../driver/text_message.mjs';

const SCHEMA = `
[[attributes]]
name = "phone_number"
type = "text"
confirmed = true
asked.clients = ["demo-spa"]
texts.en = { label = "Phone number", purpose = "To ring you when your order is at the door" }
`;

/** A number of nobody else's, as people write it. */
function newNumber() {
  return `+49 30 ${randomInt(1_000_000, 10_000_000)}`;
}

/** The code that a number was sent. */
async function codeFor(number, count) {
  const text = await textedTo(number.replaceAll(' ', ''), count);
  const { host } = new URL(issuer);
  assert.match(text, new RegExp(`^@${host.split(':')[0]} #\\d{6}$`, 'm'));
  return text.match(/\d{6} is your code/)[0].slice(0, 6);
}

/** Signs in at the client as far as the page that proves the number. */
async function toCode(tab, person, number) {
  await tab.press('#sign-in');
  await answer(tab, person);
  assert.equal(tab.step, 'profile');
  await tab.fill('#phone_number', number);
  await tab.press('#submit');
  assert.equal(tab.step, 'phone-code');
}

story('a client that wants the number proven gets whoever has typed the code, and asks once', async (openBrowser) => {
  await apply(SCHEMA);
  const [person, number] = [Person.make(), newNumber()];
  const tab = await (await openBrowser()).tab(secondClient);
  await toCode(tab, person, number);
  assert.match(await tab.page.textContent('#why'), /attribute:phone_number/);
  await tab.press('#send');
  const first = await codeFor(number, 1);
  await tab.press('#submit');
  assert.match(await tab.text('#code-error'), /Enter the code/);
  await tab.fill('#code', String((Number(first) + 1) % 1_000_000).padStart(6, '0'));
  await tab.press('#submit');
  assert.match(await tab.page.title(), /^Error: /);
  await tab.reload();

  await tab.fill('#code', first);
  await tab.press('#submit');

  assert.deepEqual(await finish(tab, person), ['consent']);
  await assertSignedIn(tab);
  const again = await (await openBrowser()).tab(secondClient);
  await again.press('#sign-in');
  assert.deepEqual(await finish(again, person), ['identify']);
});

story('whoever has mistyped the number tells another one, and the code of the first is worth nothing', async (openBrowser) => {
  await apply(SCHEMA);
  const [person, wrong, right] = [Person.make(), newNumber(), newNumber()];
  const tab = await (await openBrowser()).tab(secondClient);
  await toCode(tab, person, wrong);
  await tab.press('#send');
  const code = await codeFor(wrong, 1);

  await tab.press('#other-number');
  assert.equal(tab.step, 'profile');
  await tab.fill('#phone_number', right);
  await tab.press('#submit');

  assert.ok((await tab.text('main')).includes(right));
  await tab.press('#send');
  await tab.fill('#code', code);
  await tab.press('#submit');
  assert.ok(await tab.has('#code-error'));
  await tab.fill('#code', await codeFor(right, 1));
  await tab.press('#submit');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('a number is proven on the profile, and changing it there makes it unproven', async (openBrowser) => {
  await apply(SCHEMA);
  const [person, number] = [Person.make(), newNumber()];
  const tab = await (await openBrowser()).tab(`${issuer}/account/profile`);
  while (tab.step !== 'profile' || !tab.page.url().includes('/account')) await answer(tab, person);
  await tab.fill('#name', 'Somebody');
  await tab.fill('#phone_number', number);
  await tab.press('#submit');
  await tab.press('#confirm-phone');
  await tab.press('#send');
  await tab.fill('#code', await codeFor(number, 1));
  await tab.press('#submit');

  assert.match(await tab.text('#notice'), /confirmed/);
  assert.ok(!(await tab.has('#confirm-phone')));
  await tab.fill('#phone_number', newNumber());
  await tab.press('#submit');
  assert.ok(await tab.has('#confirm-phone'));
});
